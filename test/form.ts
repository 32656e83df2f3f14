/** A multipart form as browsers send it: its bytes, and the header that goes with them. */
export type FormFile = { filename: string; type?: string; bytes: Buffer | string }
export type Form = { body: Buffer; headers: Record<string, string> }

const BOUNDARY = 'form-of-the-tests-9c1f'

/** Fields first and the file last, or the file first, as some clients do. */
export function formOf(fields: Record<string, string>, file?: FormFile, fileFirst = false): Form {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  )
  if (file) {
    const type = file.type === undefined ? '' : `Content-Type: ${file.type}\r\n`
    const quoted = file.filename.replaceAll('"', '%22')
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${quoted}"\r\n${type}\r\n`
    const part = Buffer.concat([Buffer.from(head), Buffer.from(file.bytes), Buffer.from('\r\n')])
    if (fileFirst) parts.unshift(part)
    else parts.push(part)
  }
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  }
}

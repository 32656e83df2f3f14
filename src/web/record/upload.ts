import { ApiError } from '#core/client/client.ts'
import { api } from '../api.ts'

export type Uploaded = { id: string; filename: string; contentType: string; sizeBytes: number }
type Told = { progress: (share: number) => void; signal: AbortSignal }

/**
 * Sends a file and tells how far it is, which `fetch` cannot. An access token that has expired meanwhile is renewed once.
 * @throws ApiError as every other call of the API
 */
export async function upload(form: () => FormData, told: Told): Promise<Uploaded> {
  const first = await send(form(), told)
  if (first.status !== 401) return answerOf(first)
  await api.auth.refresh()
  return answerOf(await send(form(), told))
}

function send(body: FormData, { progress, signal }: Told): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/files/upload')
    request.responseType = 'json'
    request.setRequestHeader('authorization', `Bearer ${api.auth.tokens.token}`)
    request.upload.onprogress = event => event.lengthComputable && progress(event.loaded / event.total)
    request.onload = () => resolve(request)
    request.onerror = () => reject(new ApiError(0, 'NETWORK', 'The server cannot be reached'))
    request.onabort = () => reject(new ApiError(0, 'ABORTED', 'Cancelled'))
    signal.addEventListener('abort', () => request.abort())
    request.send(body)
  })
}

function answerOf({ status, response }: XMLHttpRequest): Uploaded {
  if (status < 300) return response as Uploaded
  const { code = 'UNKNOWN', error = '', issues } = (response ?? {}) as Record<string, never>
  throw new ApiError(status, code, error, { issues })
}

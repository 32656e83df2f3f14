import { invalid, Refusal } from '#core/errors.ts'

/** The longest name that all common file systems take, in bytes of UTF-8. */
const NAME_BYTES = 255
const FALLBACK = 'file'

// Control characters, marks that turn the direction of text, invisible spaces, lone surrogates.
const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu
/** What Windows takes in no name. */
const RESERVED = /[<>:"|?*]/g
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i

/**
 * The name without what a path, a terminal or an eye could be tricked with: "../../etc/passwd" becomes
 * "passwd", "gpj.<U+202E>exe" is spelled out. Unicode stays, composed (NFC).
 */
export function safeFilename(given: string): string {
  const last =
    given
      .normalize('NFC')
      .split(/[/\\]/)
      .findLast(part => part.replaceAll('.', '').trim()) ?? ''
  const visible = last.replace(INVISIBLE, '').replace(RESERVED, '_').replace(/\s+/g, ' ')
  // A name that begins with a dot is hidden, and Windows drops dots and spaces at the end.
  const trimmed = visible.replace(/^[. ]+|[. ]+$/g, '')
  const name = DEVICE.test(trimmed) ? `_${trimmed}` : trimmed
  return shortened(name) || FALLBACK
}

/** The last dot and what follows, where that looks like an extension. */
export const extensionOf = (name: string): string =>
  /[^.]\.([^. ]{1,20})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** Cuts the stem and keeps the extension, between two characters and never inside one. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= NAME_BYTES) return name
  const extension = extensionOf(name)
  const tail = extension ? `.${name.slice(-extension.length)}` : ''
  let stem = ''
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, name.length - tail.length))) {
    if (Buffer.byteLength(stem + segment + tail) > NAME_BYTES) break
    stem += segment
  }
  return stem.trimEnd() + tail
}

/** Extensions that a system or a browser runs when the file is opened, whatever is in it. */
const RUN_WHEN_OPENED = new Set(
  `ade adp apk app appimage application appref-ms appx asp aspx bash bat cab cer cgi chm class cmd com command
  cpl crx csh deb desktop dll dmg drv elf exe fish fxp gadget hlp hta htm html inf ins iso isp jar js jse jsp jspx ksh
  lnk mad mde mht mhtml mjs cjs msc msi msix msp mst msu ocx osx out pcd phar php php3 php4 php5 phtml pif pl prg ps1 ps1xml psc1
  psd1 psm1 py pyc reg rpm run scf scr sct search-ms service settingcontent-ms sh shb shs shtml so svg svgz swf sys
  theme url vb vbe vbs vhd vhdx vxd wasm webloc website wsc wsf wsh xbap xht xhtml xpi xsl xslt zsh`.split(
    /\s+/,
  ),
)

const runs = (name: string) => RUN_WHEN_OPENED.has(extensionOf(name))
const WHY = (name: string) => `.${extensionOf(name)} files may run when they are opened`

/** @throws Refusal 415 for the name of a program or a web page */
export function refuseProgramName(name: string): void {
  if (runs(name))
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', `${WHY(name)}, so they are not taken`, {
      issues: [{ path: 'file', message: WHY(name), code: 'WRONG_FILE' }],
    })
}

/** The safe form of a new name. @throws Refusal 400 where it would make the file a program */
export function renamed(given: string): string {
  const name = safeFilename(given)
  if (runs(name)) throw invalid({ path: 'filename', code: 'WRONG_FILE', message: WHY(name) })
  return name
}

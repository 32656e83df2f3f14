/** Images that browsers draw without running anything of them; the server lets no SVG in. */
export const isImage = (type: string): boolean => /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type)
export const isText = (type: string): boolean => /^text\/(plain|csv|markdown)$/.test(type)
export const isPdf = (type: string): boolean => type === 'application/pdf'
/** What is shown in the app itself; everything else is saved. */
export const isShown = (type: string): boolean => isImage(type) || isText(type) || isPdf(type)

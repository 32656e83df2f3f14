/** The name of a form's file as it is: browsers and curl write quotes and line breaks in it as %22, %0D and %0A, and nothing else (HTML, "multipart form data"). */
export const asNamed = (given: string): string => given.replace(/%22/g, '"').replace(/(%0D|%0A)+/gi, ' ')

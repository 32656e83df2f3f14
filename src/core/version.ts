/** Of this program, as `package.json` and the OpenAPI document have it; a test holds them together. */
export const VERSION = '0.1.0'

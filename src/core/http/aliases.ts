/** The base under which every route is made. */
export const BASE = '/api/v1'

/** Other bases under which the same routes answer (SPEC 1), as the OpenAPI document lists them. */
export const SERVERS = [
  { url: BASE, description: 'Canonical' },
  { url: '/v1', description: 'The same API' },
  { url: '/api/v1/a-crm', description: 'The same API' },
  { url: '/api', description: 'Only auth, leads, dashboard, openai/chat and health' },
]

/** MCP clients are given an address and not a base. */
const MCP = /^\/mcp(?=[?]|$)/
const SHORT = /^\/api\/(auth|leads|dashboard|health)(?=[/?]|$)/

/** Rewrites a URL to its canonical form: without an alias, and without the slash at the end that R0 writes. */
export function canonicalUrl(url: string): string {
  const canonical = canonicalBase(url)
  return canonical.startsWith(`${BASE}/`) ? canonical.replace(/^([^?]+)\/(?=[?]|$)/, '$1') : canonical
}

/** The only place that knows the aliases. */
function canonicalBase(url: string): string {
  if (url.startsWith('/api/v1/a-crm/')) return BASE + url.slice('/api/v1/a-crm'.length)
  if (url.startsWith('/v1/')) return BASE + url.slice('/v1'.length)
  if (SHORT.test(url)) return BASE + url.slice('/api'.length)
  if (MCP.test(url)) return BASE + url
  return url.replace(/^\/api\/openai\/chat(?=[?]|$)/, `${BASE}/ai/chat`)
}

import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { errorSchema } from '../error-schema.ts'
import { componentName, readSchemaJson, writeSchemaJson } from '../record/json-schema.ts'
import { allRecords } from '../record/registry.ts'
import { VERSION } from '../version.ts'
import { SERVERS } from './aliases.ts'
import { MAY_CHANGE, type Operation } from './operation.ts'
import { isOpen, scopesOf } from './scopes.ts'

/** The OpenAPI 3.1 document of all operations: the one that is served, committed and linted. */
export function openApiDocument(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][operation.method.toLowerCase()] = describe(operation)
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Ascendore CRM',
      version: VERSION,
      description:
        'The API of Ascendore CRM. Sign in for an access token and send it as `Authorization: Bearer …`; `X-Workspace-Id` chooses another of your workspaces. Programs send an API key instead, as Bearer or in `X-Api-Key`; `x-scopes` names what it needs on each route (or `read` and `write` for everything).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: SERVERS,
    security: [{ token: [] }, { apiKey: [] }],
    tags: [...new Set(operations.map(operation => operation.tag))]
      .sort()
      .map(name => ({ name, description: `Routes of ${name}` })),
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
      responses: sharedRefusals() as never,
      schemas: { Error: errorSchema, ...recordSchemas(operations) } as never,
    },
  })
}

function recordSchemas(operations: readonly Operation[]): Record<string, object> {
  // A route of a feature's own may take another body than the generic one; then that one is not named.
  const used = JSON.stringify(operations.map(operation => operation.document ?? null))
  const isUsed = (name: string) => used.includes(`/${name}"`)
  const schemas: Record<string, object> = {}
  for (const { contract, routes } of allRecords()) {
    const name = componentName(contract)
    schemas[name] = readSchemaJson(contract)
    if (routes.includes('create') && isUsed(`${name}Create`))
      schemas[`${name}Create`] = writeSchemaJson(contract, 'create')
    if (routes.includes('update') && isUsed(`${name}Update`))
      schemas[`${name}Update`] = writeSchemaJson(contract, 'update')
  }
  return schemas
}

/** A name for the operation that clients can be generated from: `listDeals`, `putDealsStage`. */
function operationId({ method, path }: Operation): string {
  const words = path
    .split('/')
    .filter(Boolean)
    .map(part => (part.startsWith(':') ? `by-${part.slice(1)}` : part))
  return [method.toLowerCase(), ...words]
    .join('-')
    .replace(/[-.]+(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { summary, description, tag } = operation
  return {
    operationId: operationId(operation),
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    ...securityOf(operation),
    ...parameters(operation),
    ...(operation.body || operation.consumes ? { requestBody: requestBody(operation) } : {}),
    responses: responses(operation) as never,
  }
}

function securityOf(operation: Operation) {
  if (operation.access === 'public') return { security: [] }
  return isOpen(operation) ? { 'x-scopes': [...scopesOf(operation)] } : { security: [{ token: [] }] }
}

function parameters(operation: Operation) {
  const header: Record<string, z.ZodType> = {}
  if (operation.access !== 'public')
    header['X-Workspace-Id'] = z
      .uuid()
      .optional()
      .meta({
        description:
          operation.access === 'user'
            ? 'Changes nothing here, where no workspace matters; but it must be one of yours, else the answer is 404'
            : 'Another of your workspaces than the token names',
      })
  if (operation.conditional)
    header['If-Match'] = z.string().optional().meta({
      description:
        'The ETag that was read, or several, of which one must stand; 412 where the record has changed since',
    })
  if (isTagged(operation))
    header['If-None-Match'] = z
      .string()
      .optional()
      .meta({ description: 'The ETag of an answer that you have; 304 where it would be the same' })
  if (answersRows(operation))
    header.Prefer = z
      .string()
      .optional()
      .meta({
        description: `\`${MAY_CHANGE}\` (RFC 7240): each row says as \`mayChange\` whether you may change it`,
        example: MAY_CHANGE,
      })
  if (isKeyed(operation)) {
    header['Idempotency-Key'] = z
      .string()
      .max(200)
      .optional()
      .meta({
        description:
          operation.access === 'user'
            ? 'The same key and body get the same answer for 24 hours; 409 IDEMPOTENCY_KEY_UNANSWERED while there is none'
            : 'The same key and body get the same answer for 24 hours',
      })
  }
  return {
    requestParams: {
      ...(operation.params ? { path: operation.params as z.ZodObject } : {}),
      ...(operation.query ? { query: operation.query as z.ZodObject } : {}),
      ...(Object.keys(header).length ? { header: z.object(header) } : {}),
    },
  }
}

/** Whether what it answers holds records, or what stands for them. */
function answersRows({ access, streams, document }: Operation): boolean {
  const isOfMember = access !== 'public' && access !== 'user' && !streams
  return isOfMember && /"#\/components\/schemas\/|"mayChange"/.test(JSON.stringify(document?.answer ?? ''))
}

/** Whether it reads one thing that has versions, so that its answer has an ETag. */
function isTagged({ method, streams, answers, document }: Operation): boolean {
  if (method !== 'GET' || streams) return false
  const answer: { $ref?: string; properties?: object } = document?.answer ?? {}
  if (answer.$ref ?? 'version' in (answer.properties ?? {})) return true
  return answers instanceof z.ZodObject && 'version' in answers.shape
}

const isKeyed = ({ method, access, streams, keyed, unkeyed }: Operation): boolean =>
  method === 'POST' && access !== 'public' && !unkeyed && (!streams || keyed === true)

function requestBody({ body, consumes, document }: Operation) {
  const schema = (document?.body ?? body ?? { type: 'string', format: 'binary' }) as never
  const media = { schema, ...(document?.example ? { example: document.example } : {}) }
  return {
    required: true,
    content: Object.fromEntries((consumes ?? ['application/json']).map(type => [type, media])),
  } as never
}

const REFUSALS: Record<number, string> = {
  400: 'Something in the request is not valid; `issues` names it',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not there, or not visible to the caller',
  409: 'The Idempotency-Key was used for another request',
  415: 'Not JSON',
  429: 'Too many requests; see Retry-After',
}

const refusal = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
})

/** The refusals that every route may give, said once. */
const sharedRefusals = () =>
  Object.fromEntries(
    Object.entries(REFUSALS).map(([code, description]) => [`Refused${code}`, refusal(description)]),
  )

function responses(operation: Operation): Record<string, object> {
  const codes = { ...REFUSALS, ...operation.refuses } as Record<number, string>
  if (operation.access === 'public') delete codes[403]
  // Whoever is signed in may name a workspace that is not theirs.
  if (!operation.params && operation.access === 'public' && !operation.refuses?.[404]) delete codes[404]
  if (!isKeyed(operation) && !operation.refuses?.[409]) delete codes[409]
  if (!operation.body) delete codes[415]
  const refusals = Object.entries(codes).map(([code, description]) => [
    code,
    description === REFUSALS[Number(code)]
      ? { $ref: `#/components/responses/Refused${code}` }
      : refusal(description),
  ])
  const also = Object.entries(operation.alsoAnswers ?? {}).map(([code, description]) => [
    code,
    { ...success(operation), description },
  ])
  const others = Object.entries({
    ...(isTagged(operation) ? { 304: 'The answer is still the one that `If-None-Match` names' } : {}),
    ...operation.also,
  }).map(([code, description]) => [code, { description }])
  return {
    [String(operation.status ?? 200)]: success(operation),
    ...Object.fromEntries([...also, ...others, ...refusals]),
  }
}

function success({ answers, document, status }: Operation): object {
  if (answers === 'nothing' || status === 204) return { description: 'Done' }
  if (answers === 'csv')
    return { description: 'The table', content: { 'text/csv': { schema: { type: 'string' } } } }
  if (answers === 'table')
    return {
      description: 'The table, in the format asked for',
      content: {
        'text/csv': { schema: { type: 'string' } },
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
          schema: { type: 'string', format: 'binary' },
        },
        'application/json': {
          schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
        },
      },
    }
  if (answers === 'pdf')
    return {
      description: 'The document',
      content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } },
    }
  if (answers === 'stream')
    return {
      description: 'The file',
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    }
  const schema = document?.answer ?? answers ?? { type: 'object', additionalProperties: true }
  return {
    description: 'Success',
    content: {
      'application/json': { schema, ...(document?.answerExample ? { example: document.answerExample } : {}) },
    },
  }
}

import { arrayLiteral } from '#core/db/engine.ts'
import type { Scope, Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { Follower } from '#core/events/follow.ts'
import { tellEvent } from '#core/events/tell.ts'
import { newId } from '#core/ids.ts'
import { store } from '#core/record/store.ts'
import { interactions } from '#features/activities/activities.server.ts'
import { type Signal, signalsOf } from './signals.ts'

export type Finding = {
  id: string
  interactionId: string
  kind: Signal['kind']
  value: string
  confidence: number
  status: 'PROPOSED' | 'ACCEPTED' | 'REJECTED'
  decidedById: string | null
  decidedAt: string | null
  createdAt: string
  evidence: {
    recordType: 'interaction'
    recordId: string
    field: string
    sentence: string
    start: number
    end: number
  }
}

type Read = { id: string; subject: string | null; content: string | null }

/** Rules that this workspace mostly rejects are followed no longer; so many decisions are needed to say so. */
const LEAST_DECIDED = 4
const LEAST_ACCEPTED = 0.25
const KNOWN_COMPETITORS = 300

/** How often what a rule saw was accepted here, drawn to how sure the rule is by itself as if it were four decisions. */
type Decided = { accepted: number; rejected: number }

const surenessOf = (signal: Signal, past: Decided | undefined): number | undefined => {
  const { accepted, rejected } = past ?? { accepted: 0, rejected: 0 }
  const decided = accepted + rejected
  if (decided >= LEAST_DECIDED && accepted / decided < LEAST_ACCEPTED) return undefined
  return (signal.confidence * 4 + accepted) / (4 + decided)
}

const FOUND =
  'id uuid, "interactionId" uuid, kind text, value text, cue text, confidence real, field text, sentence text, start int, finish int'
const SAME = 'd.interaction_id = f."interactionId" and d.kind = f.kind and lower(d.value) = lower(f.value)'

/** Reads interactions anew: what waits and is no longer said goes, what was decided stays and is not proposed again. */
export async function readOut(scope: Scope, workspaceId: string, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  const list = arrayLiteral([...ids])
  // The follower and whoever asks may read the same one at once: the second waits, and finds what the first has written.
  await scope.session.rows(
    `select pg_advisory_xact_lock(hashtextextended('findings ' || id, 0)) from unnest($1::text[]) id order by id`,
    [list],
  )
  const texts = (await scope.session.rows(
    `select id, subject, content from interactions where workspace_id = $1::uuid and id = any($2::uuid[]) and deleted_at is null`,
    [workspaceId, list],
  )) as unknown as Read[]
  const known = await knownCompetitors(scope, workspaceId)
  const past = await decisions(scope, workspaceId)
  const found = JSON.stringify(texts.flatMap(text => foundIn(text, known, past)))
  await scope.session.rows(
    `delete from interaction_findings d where d.workspace_id = $1::uuid and d.interaction_id = any($2::uuid[]) and d.status = 'PROPOSED'
     and not exists (select 1 from jsonb_to_recordset($3::jsonb) f(${FOUND}) where ${SAME} and f.field = d.field and f.sentence = d.sentence and f.start = d.start)`,
    [workspaceId, list, found],
  )
  await scope.session.rows(
    `insert into interaction_findings (workspace_id, id, interaction_id, kind, value, cue, confidence, field, sentence, start, finish, created_at)
     select $1::uuid, f.id, f."interactionId", f.kind, f.value, f.cue, f.confidence, f.field, f.sentence, f.start, f.finish, now()
     from jsonb_to_recordset($2::jsonb) f(${FOUND})
     where not exists (select 1 from interaction_findings d where d.workspace_id = $1::uuid and ${SAME})`,
    [workspaceId, found],
  )
}

function foundIn({ id, subject, content }: Read, known: string[], past: Map<string, Decided>) {
  const seen = new Set<string>()
  return [
    ['subject', subject],
    ['content', content],
  ].flatMap(([field, text]) =>
    signalsOf(text ?? '', known).flatMap(signal => {
      const { kind, value, cue, sentence, start, end } = signal
      const confidence = surenessOf(signal, past.get(`${kind} ${cue}`))
      const key = `${kind} ${value.toLowerCase()}`
      if (confidence === undefined || seen.has(key)) return []
      seen.add(key)
      return [
        { id: newId(), interactionId: id, kind, value, cue, confidence, field, sentence, start, finish: end },
      ]
    }),
  )
}

async function knownCompetitors(scope: Scope, workspaceId: string): Promise<string[]> {
  const rows = await scope.session.rows(
    `select name from (select unnest(competitors) as name from interactions where workspace_id = $1::uuid and competitors <> '{}' and deleted_at is null) c
     where length(name) >= 3 group by name order by count(*) desc limit ${KNOWN_COMPETITORS}`,
    [workspaceId],
  )
  return rows.map(({ name }) => name as string)
}

async function decisions(scope: Scope, workspaceId: string): Promise<Map<string, Decided>> {
  const rows = await scope.session.rows(
    `select kind, cue, count(*) filter (where status = 'ACCEPTED')::int as accepted, count(*) filter (where status = 'REJECTED')::int as rejected
     from interaction_findings where workspace_id = $1::uuid and status <> 'PROPOSED' group by kind, cue`,
    [workspaceId],
  )
  return new Map(rows.map(row => [`${row.kind} ${row.cue}`, row as unknown as Decided]))
}

/** Reads each interaction that a person writes or rewrites. Imported history is not: nobody would go through it. */
export const findingFollower: Follower = {
  name: 'findings',
  from: 'now',
  async handle(scope, events) {
    const touched = new Map<string, Set<string>>()
    for (const { workspaceId, entityType, entityId, causeId, action, changes } of events) {
      const isText = action === 'created' || changes.content !== undefined || changes.subject !== undefined
      if (entityType !== 'interaction' || causeId || !isText) continue
      touched.set(workspaceId, (touched.get(workspaceId) ?? new Set()).add(entityId))
    }
    for (const [workspaceId, ids] of touched)
      await scope.inside(workspaceId, () => readOut(scope, workspaceId, [...ids]))
  },
}

const SHOWN = `select id, interaction_id as "interactionId", kind, value, round(confidence::numeric, 3)::float8 as confidence, status,
    decided_by_id as "decidedById", decided_at as "decidedAt", created_at as "createdAt",
    jsonb_build_object('recordType', 'interaction', 'recordId', interaction_id, 'field', field, 'sentence', sentence, 'start', start, 'end', finish) as evidence
  from interaction_findings where workspace_id = $1::uuid and interaction_id = $2::uuid`

/** What was read out of an interaction, in the order in which it stands there. @throws Refusal 404 */
export async function findingsOf(tx: Tx, interactionId: string): Promise<Finding[]> {
  await store.read(tx, interactions, interactionId)
  const rows = await tx.session.rows(`${SHOWN} order by field desc, start, kind, id`, [
    tx.who.workspaceId,
    interactionId,
  ])
  return rows as unknown as Finding[]
}

/** Accepts or rejects: what is accepted is written into the interaction. @throws Refusal 404, or 403 where it may not be changed */
export async function decide(
  tx: Tx,
  interactionId: string,
  id: string,
  status: 'ACCEPTED' | 'REJECTED',
): Promise<Finding> {
  const finding = (await findingsOf(tx, interactionId)).find(one => one.id === id)
  if (!finding) throw notFound('finding')
  if (finding.status === status) return finding
  if (status === 'ACCEPTED') await writeInto(tx, finding)
  await tx.session.rows(
    `update interaction_findings set status = $3, decided_by_id = $4::uuid, decided_at = now()
     where workspace_id = $1::uuid and id = $2::uuid`,
    [tx.who.workspaceId, id, status, tx.who.userId],
  )
  await tellEvent(tx, {
    action: status === 'ACCEPTED' ? 'finding accepted' : 'finding rejected',
    entityType: 'interaction',
    entityId: interactionId,
    changes: { [finding.kind]: { new: finding.value } },
  })
  return (await findingsOf(tx, interactionId)).find(one => one.id === id)!
}

const MOST_LETTERS_OF_STEPS = 2000

async function writeInto(tx: Tx, { interactionId, kind, value }: Finding): Promise<void> {
  const current = await store.read(tx, interactions, interactionId)
  const added = (list: unknown) => [...new Set([...((list as string[] | null) ?? []), value])]
  const steps = [current.nextSteps, value].filter(Boolean).join('\n').replaceAll('\n', '; ')
  await store.update(
    tx,
    interactions,
    interactionId,
    kind === 'OBJECTION'
      ? { objections: added(current.objections) }
      : kind === 'COMPETITOR'
        ? { competitors: added(current.competitors) }
        : { nextSteps: steps.slice(0, MOST_LETTERS_OF_STEPS) },
  )
}

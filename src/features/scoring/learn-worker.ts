import { parentPort } from 'node:worker_threads'
import { type LearnOptions, learn, TooFewRows } from './learn/learn.ts'
import type { Column, Table } from './learn/table.ts'

/** What is handed over: the columns of decided and of open rows one by one, and then all else. */
export type Given =
  | { column: Column; isOpen: boolean }
  | { rest: Omit<Table, 'columns'>; options: Omit<LearnOptions, 'open'> }

// Learning keeps a processor busy for seconds: it has a thread of its own, and requests do not wait for it.
const [columns, open]: [Column[], Column[]] = [[], []]
parentPort!.on('message', (given: Given) => {
  if ('column' in given) (given.isOpen ? open : columns).push(given.column)
  else parentPort!.postMessage(learned({ ...given.rest, columns }, { ...given.options, open }))
})

function learned(table: Table, options: LearnOptions) {
  try {
    return learn(table, options)
  } catch (error) {
    if (!(error instanceof TooFewRows)) throw error
    return { tooFew: error.message }
  }
}

import { customType } from 'drizzle-orm/pg-core'

/** A moment in UTC to the millisecond; ISO-8601 text on both sides. */
export const moment = customType<{ data: string }>({ dataType: () => 'timestamp(3) with time zone' })

/** A calendar day, `YYYY-MM-DD`. */
export const date = customType<{ data: string }>({ dataType: () => 'date' })

/** Money: 13 digits before the point and 2 after it, decimal in SQL, a number on the wire. */
export const money = customType<{ data: number }>({ dataType: () => 'numeric(15, 2)' })

/** A name that people sort by: compared as ICU's root collation does, so that "apple" stands before "Zebra". */
export const name = customType<{ data: string }>({ dataType: () => 'text collate "und-x-icu"' })

/** Words with their places, as full-text search keeps them. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** A vector of 768 half-precision numbers (pgvector): 1.5 KB, so that it stays in its row. */
export const halfvec = customType<{ data: string }>({ dataType: () => 'halfvec(768)' })

import { z } from 'zod'

const valueCounts = z.array(z.object({ value: z.string(), count: z.int() }))

/** What a look at a file answers before it is imported. */
export const previewAnswer = z
  .object({
    entity: z.string(),
    header: z.array(z.string()),
    encoding: z.string(),
    delimiter: z.string(),
    sheet: z.string().optional().meta({ description: 'Of a workbook: the sheet that was looked at' }),
    sheets: z.array(z.string()).optional().meta({ description: 'Of a workbook: all that it has' }),
    preset: z.string().nullable().meta({ description: 'The system whose export the header is of' }),
    mapping: z
      .record(z.string(), z.string())
      .meta({ description: 'Header to field, as the import would have it where it is told nothing else' }),
    matchBy: z.string().nullable().meta({ description: 'By what rows would find their record' }),
    distinct: z
      .record(z.string(), valueCounts)
      .meta({ description: 'Header to the values of a column that has few, the commonest first' }),
    rows: z.array(z.array(z.string())).meta({ description: 'The first ones' }),
    fields: z
      .array(
        z.object({
          field: z.string(),
          label: z.string(),
          kind: z.string(),
          required: z.boolean(),
          options: z.array(z.string()).optional(),
        }),
      )
      .meta({ description: 'What a column may fill' }),
  })
  .meta({ id: 'ImportPreview' })
export type PreviewAnswer = z.infer<typeof previewAnswer>

/** What the values of columns are taken for. */
export const valuesAnswer = z.object({
  columns: z.array(
    z.object({
      header: z.string(),
      field: z.string(),
      kind: z.string(),
      isFree: z.boolean().meta({ description: 'Other texts than the choices are taken too' }),
      choices: z.array(z.object({ value: z.string(), label: z.string() })),
      values: z.array(
        z.object({
          value: z.string(),
          isKnown: z.boolean(),
          meaning: z
            .string()
            .nullable()
            .meta({ description: 'The choice that is suggested; empty where the cell would be left out' }),
        }),
      ),
    }),
  ),
})
export type ValuesAnswer = z.infer<typeof valuesAnswer>

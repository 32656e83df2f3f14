import { wallHelpers } from '#core/db/policies.ts'
import type { Feature } from '#core/feature.ts'
import { cleanImports } from './clean.ts'
import { imports } from './imports.table.ts'
import { importOperations } from './operations.ts'
import { importJob } from './run.ts'
import { undoJob } from './undo.ts'

export { importErrorTable, importTable } from './imports.table.ts'

const { EVERYONE, MEMBERS, inWorkspace } = wallHelpers
// The policies of `imports` apply inside: whoever sees an import sees its refused rows.
const ofVisibleImport = `${inWorkspace('import_errors')} and exists (select 1 from imports i
  where i.workspace_id = import_errors.workspace_id and i.id = import_errors.import_id)`

export default {
  records: [imports],
  operations: importOperations,
  jobs: [importJob, undoJob],
  schedules: [cleanImports],
  walls: [
    {
      table: 'import_errors',
      grants: [`select to ${EVERYONE}`, `insert to ${MEMBERS}`, 'delete to ascendore_admin'],
      policies: [
        { name: 'seen_read', command: 'select', to: EVERYONE, using: ofVisibleImport },
        { name: 'seen_insert', command: 'insert', to: MEMBERS, check: ofVisibleImport },
        {
          name: 'admin_delete',
          command: 'delete',
          to: 'ascendore_admin',
          using: inWorkspace('import_errors'),
        },
      ],
    },
  ],
} satisfies Feature

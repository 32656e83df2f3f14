import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const TILES_AT_MOST = 24
/** A dashboard is so many columns wide. */
export const DASHBOARD_COLUMNS = 4
export const TILE_ROWS_AT_MOST = 3

const tile = z.strictObject({
  reportId: z.uuid('must be the id of a report'),
  width: z.int().min(1).max(DASHBOARD_COLUMNS).default(2).meta({ description: 'In columns, of four' }),
  height: z.int().min(1).max(TILE_ROWS_AT_MOST).default(2).meta({ description: 'In rows' }),
})

export type DashboardTile = z.infer<typeof tile>

export const dashboardContract = defineContract({
  name: 'dashboard',
  path: 'dashboards',
  label: 'Dashboard',
  description:
    'Several reports side by side. Private to its maker, or shared with all, who see on it what they may see; admins see the private ones too',
  title: ['name'],
  defaultSort: 'name',
  plainFilters: ['shared', 'createdById'],
  softDelete: false,
  importable: false,
  example: { name: 'Sales this quarter', shared: true, tiles: [] },
  fields: {
    name: f.required(f.text(120)),
    description: f.text(500),
    shared: f.withDefault(
      f.boolean({ description: 'Seen by all; changed by its maker and by admins' }),
      false,
    ),
    tiles: f.object(z.array(tile).max(TILES_AT_MOST), {
      nullable: false,
      default: [],
      description: 'Its reports in their order, each with its size',
    }),
  },
})

export type Dashboard = RecordOf<typeof dashboardContract>

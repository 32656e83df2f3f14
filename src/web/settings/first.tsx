import { Navigate } from '@tanstack/react-router'
import { useMay } from '../api.ts'
import { isFor, sections } from '../pages.ts'
import { useIsWide } from './wide.ts'

/** Where no section is chosen: the first one beside the list, or the list alone where there is no room for both. */
export default function First() {
  const may = useMay()
  const isWide = useIsWide()
  const first = sections.find(section => isFor(section, may))
  return isWide && first ? <Navigate to={first.path} replace /> : null
}

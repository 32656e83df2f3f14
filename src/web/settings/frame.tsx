import { IconArrowLeft } from '@tabler/icons-react'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useMay } from '../api.ts'
import { isFor, SECTION_GROUPS, sections } from '../pages.ts'
import { useText } from '../text/index.tsx'
import classes from './settings.module.css'
import { useIsWide } from './wide.ts'

/** The settings: the list of all sections that the reader's role may use, and one of them; on a phone one or the other. */
export default function SettingsFrame() {
  const text = useText()
  const { pathname } = useLocation()
  const isWide = useIsWide()
  const isList = /^\/settings\/?$/.test(pathname)
  return (
    <div className={classes.frame}>
      {(isWide || isList) && <SectionList heading={isList ? 'h1' : 'div'} />}
      {isList ? (
        <Outlet />
      ) : (
        <div className={classes.content}>
          {!isWide && (
            <Link to="/settings" className={classes.back}>
              <IconArrowLeft size={14} />
              {text.nav.settings}
            </Link>
          )}
          <Outlet />
        </div>
      )}
    </div>
  )
}

/** Beside a section, whose name is the page's heading, its own title is none. */
function SectionList({ heading: Heading }: { heading: 'h1' | 'div' }) {
  const text = useText()
  const may = useMay()
  const mine = Map.groupBy(
    sections.filter(section => isFor(section, may)),
    ({ section }) => section.group,
  )
  return (
    <div className={classes.side}>
      <Heading className={classes.sideTitle}>{text.nav.settings}</Heading>
      <nav aria-label={text.nav.settings}>
        {SECTION_GROUPS.filter(group => mine.has(group)).map(group => (
          <div key={group} className={classes.group}>
            <div className={`quiet ${classes.groupTitle}`}>{text.settings.groups[group]}</div>
            {mine.get(group)!.map(({ path, title, section: { icon: Icon } }) => (
              <Link
                key={path}
                to={path}
                className={classes.item}
                activeProps={{ 'data-active': true, 'aria-current': 'page' }}
                activeOptions={{ includeSearch: false }}
              >
                <Icon size={16} />
                <span className="one-line">{title(text)}</span>
              </Link>
            ))}
          </div>
        ))}
      </nav>
    </div>
  )
}

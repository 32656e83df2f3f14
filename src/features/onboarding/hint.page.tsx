import { Button, Group, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useText } from '#web/text/index.tsx'
import { useSetup } from './steps.page.tsx'
import classes from './welcome.module.css'

/** For the admins of a workspace that is not set up yet: the way on, and the way to be left alone. */
export function SetupHint() {
  const text = useText()
  const { step, left, end, isSaving } = useSetup()
  if (!step) return null
  return (
    <section className={`card ${classes.hint}`} aria-label={text.welcome.resume}>
      <div>
        <Title order={2}>{text.welcome.resume}</Title>
        <p className={`quiet ${classes.text}`}>{text.welcome.resumeHint(left)}</p>
      </div>
      <Group gap="xs">
        <Button component={Link} to="/welcome">
          {text.welcome.goOn}
        </Button>
        <Button variant="subtle" color="gray" loading={isSaving} onClick={() => end().catch(() => {})}>
          {text.welcome.dismiss}
        </Button>
      </Group>
    </section>
  )
}

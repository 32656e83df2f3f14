import { mergesDeal } from '#features/emails/merges-deal.ts'
import { useText } from '../text/index.tsx'
import { RecordPicker, type RecordPickerGiven } from './record-picker.tsx'

const ACTIVE = { isActive: 'true' }

/** Chooses a template that can be sent to contacts: one that is active and needs no deal. */
export function TemplatePicker(given: Omit<RecordPickerGiven, 'type' | 'only' | 'refusal'>) {
  const text = useText()
  return (
    <RecordPicker
      {...given}
      type="emailTemplate"
      only={ACTIVE}
      refusal={row => (mergesDeal(row) ? text.templates.needsDeal : undefined)}
    />
  )
}

import { RecordPage } from '#web/record/record-page.tsx'
import { unsubscribeContract } from './unsubscribes.contract.ts'

export default function Unsubscribe() {
  return <RecordPage contract={unsubscribeContract} facts={['source', 'createdAt']} related={[]} />
}

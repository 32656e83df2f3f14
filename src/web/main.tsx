// In a layer, so that our own styles come after theirs whatever is loaded first.
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './styles.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { loadText } from './text/index.tsx'

await loadText()
createRoot(document.getElementById('root')!).render(<App />)

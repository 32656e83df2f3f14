import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressed } from './src/web/compressed.ts'
import { contractsAsData } from './src/web/contracts-as-data.ts'

// The web app: one page, served by the server itself from dist/web.
export default defineConfig({
  root: 'src/web',
  plugins: [contractsAsData(), react(), compressed()],
  build: { outDir: '../../dist/web', emptyOutDir: true, target: 'es2023' },
})

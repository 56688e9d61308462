import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The page, the gateway and two endpoints of the marketplace on one origin, as a
// reverse proxy has them in production. The Host header stays as the browser
// sent it: it names the marketplace.
const proxy = {
  '/api/graphql': { target: 'http://127.0.0.1:8080', changeOrigin: false },
  '/api/appMarket/v2/paymentMethodTokens': { target: 'http://127.0.0.1:8090', changeOrigin: false },
  '/oauth2/token': { target: 'http://127.0.0.1:8090', changeOrigin: false },
}

// 3000 is the port of the redirect URI that the demo marketplaces know.
const server = { host: '127.0.0.1', port: 3000, strictPort: true, proxy }

export default defineConfig({ plugins: [react()], server, preview: server })

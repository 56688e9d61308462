/// <reference types="vite/client" />

// The settings of ../.env, so that a misspelt one does not compile.
interface ImportMetaEnv {
  readonly VITE_GRAPH: string
  readonly VITE_AUTHORIZE: string
  readonly VITE_TOKEN: string
  readonly VITE_CLIENT_ID: string
  readonly VITE_CARD_TOKENS: string
  readonly VITE_CARD_KEY: string
}

interface ViteTypeOptions {
  strictImportMetaEnv: unknown
}

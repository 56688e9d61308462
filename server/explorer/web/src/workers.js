// Says where the editor's workers are. The names are put in by build.mjs.
const names = { json: WORKER_JSON, graphql: WORKER_GRAPHQL }

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(names[label] ?? WORKER_EDITOR, import.meta.url)),
}

// The Explorer: GraphiQL under a banner that says which marketplace this is,
// and as whom it is asked.
import './workers.js'
import 'graphiql/style.css'
import './style.css'
import { useEffect, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { GraphiQLProvider, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer'
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history'
import { GraphiQLInterface } from 'graphiql'
import { fetcherFor, getConfig } from './api.js'
import { actAs, Banner } from './banner.jsx'
import { Desk } from './desk.js'
import { Price } from './price.jsx'
import { Session } from './session.js'
import { returnFromSignIn } from './signin.js'
import { storage } from './storage.js'

const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN]

function Explorer({ config, session, desk, fetcher }) {
  const [state, setState] = useState({ viewer: session.viewer ?? 'visitor' })
  useEffect(() => {
    session.onState = setState
    begin(config, session)
  }, [config, session])
  return (
    <GraphiQLProvider
      fetcher={fetcher} storage={storage} shouldPersistHeaders={false}
      plugins={plugins} referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultQuery={config.examples[0]?.query ?? ''}
    >
      <HistoryStore maxHistoryLength={20}>
        <DocExplorerStore>
          <Banner config={config} session={session} state={state} />
          <Price desk={desk} />
          <Schema viewer={state.viewer} />
          <main><GraphiQLInterface showPersistHeadersSettings={false} /></main>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  )
}

// Schema asks for the schema again, as somebody else, where it was refused.
function Schema({ viewer }) {
  const { introspect } = useGraphiQLActions()
  const refused = useGraphiQL((state) => Boolean(state.fetchError))
  const tried = useRef('visitor')
  useEffect(() => {
    if (!refused || tried.current === viewer) return
    tried.current = viewer
    introspect()
  }, [refused, viewer, introspect])
  return null
}

// begin settles who asks first: the persona that the address names, or the
// first one; live, whoever comes back from signing in.
async function begin(config, session) {
  if (config.mode === 'sandbox') {
    const named = decodeURIComponent(location.hash.slice(1))
    const known = named === 'visitor' || config.viewers.includes(named)
    actAs(session, known ? named : config.viewers[0] ?? 'visitor')
    return
  }
  try {
    const answer = await returnFromSignIn()
    if (answer) session.adopt('signed in', answer)
  } catch (cause) {
    session.onState({ viewer: 'visitor', problem: `Not signed in: ${cause.message}` })
  }
}

const root = createRoot(document.getElementById('root'))
try {
  const config = await getConfig()
  const session = new Session(() => {})
  const desk = new Desk()
  const fetcher = fetcherFor(session, desk, config.mode === 'live')
  document.title = `Explorer: ${config.tenant.title}`
  root.render(<Explorer config={config} session={session} desk={desk} fetcher={fetcher} />)
} catch (cause) {
  root.render(<p role="alert" className="failure">The Explorer cannot start: {cause.message}</p>)
}

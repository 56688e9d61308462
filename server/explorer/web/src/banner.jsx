import { post } from './api.js'
import { Examples } from './examples.jsx'
import { leaveToSignIn } from './signin.js'

// Banner says what this is, where, and as whom.
export function Banner({ config, session, state }) {
  const sandbox = config.mode === 'sandbox'
  return (
    <header className={`banner banner-${config.mode}`}>
      <h1>{sandbox ? 'SANDBOX: demo data' : `LIVE: ${config.tenant.title}`}</h1>
      {sandbox && <Marketplaces tenants={config.tenants} current={config.tenant.name} hash={state.viewer} />}
      {sandbox
        ? <Viewers viewers={config.viewers} session={session} current={state.viewer} />
        : <SignIn config={config} session={session} viewer={state.viewer} />}
      <Examples examples={config.examples} />
      <p role="status" className={state.problem ? 'problem' : sandbox ? 'heard' : ''}>
        {state.problem ?? `Viewer: ${state.viewer}`}
      </p>
    </header>
  )
}

function Marketplaces({ tenants, current, hash }) {
  return (
    <nav aria-label="Marketplaces">
      {tenants.map((t) => (
        <a key={t.name} href={`${t.url}#${hash}`} aria-current={t.name === current ? 'page' : undefined}>{t.title}</a>
      ))}
    </nav>
  )
}

// actAs changes to a persona of the sandbox, or to nobody.
export function actAs(session, name) {
  history.replaceState(null, '', `#${name}`) // a name, so that the other marketplace can begin with it
  if (name === 'visitor') session.visitor()
  else session.follow(name, () => post('/explorer/token', { as: name }))
}

function Viewers({ viewers, session, current }) {
  return (
    <label>
      Viewer{' '}
      <select id="viewer" value={current} onChange={(event) => actAs(session, event.target.value)}>
        <option value="visitor">visitor (no token)</option>
        {viewers.map((name) => <option key={name}>{name}</option>)}
      </select>
    </label>
  )
}

function SignIn({ config, session, viewer }) {
  if (viewer !== 'visitor') return <button type="button" id="signout" onClick={() => session.visitor()}>Sign out</button>
  if (!config.signIn) return null
  return <button type="button" id="signin" onClick={() => leaveToSignIn(config.signIn)}>Sign in</button>
}

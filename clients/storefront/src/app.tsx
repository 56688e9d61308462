// The frame: who is here, where they can go, and the page of the address.
import { useMemo } from 'react'
import { Provider } from 'urql'
import { useBuyer } from './buyer'
import { Cart } from './cart'
import { Catalogue } from './catalogue'
import { Checkout } from './checkout'
import { clientFor } from './graph'
import { Product } from './product'
import { Link, Title, useAddress } from './router'
import { signIn, signOut, useSession } from './session'

export function App() {
  const { token } = useSession()
  const client = useMemo(() => clientFor(token), [token])
  return (
    <Provider value={client}>
      <Frame />
    </Provider>
  )
}

function Frame() {
  const { token, problem } = useSession()
  return (
    <>
      <header>
        <nav aria-label="Shop">
          <Link href="/">Catalogue</Link>
          <Link href="/cart">Cart</Link>
        </nav>
        {token === null ? <button type="button" onClick={signIn}>Sign in</button> : <SignedIn />}
      </header>
      <main>
        {problem && <p role="alert" className="failure">{problem}</p>}
        <Page />
      </main>
    </>
  )
}

function SignedIn() {
  const { buyer } = useBuyer()
  return (
    <span>
      {buyer && <span id="buyer">{buyer.email} for {buyer.company} </span>}
      <button type="button" onClick={() => signOut()}>Sign out</button>
    </span>
  )
}

function Page() {
  const { pathname } = useAddress()
  const product = /^\/products\/([^/]+)$/.exec(pathname)?.[1]
  if (product) return <Product key={product} id={decodeURIComponent(product)} />
  switch (pathname) {
    case '/':
      return <Catalogue />
    case '/cart':
      return <SignInFirst title="Cart"><Cart /></SignInFirst>
    case '/checkout':
      return <SignInFirst title="Checkout"><Checkout /></SignInFirst>
    default:
      return <><Title>Not found</Title><p>There is no such page.</p></>
  }
}

function SignInFirst({ title, children }: { title: string; children: React.ReactNode }) {
  const { token } = useSession()
  if (token !== null) return children
  return (
    <>
      <Title>{title}</Title>
      <p>Sign in to see it.</p>
    </>
  )
}

// The purchase: a check, what it found, the terms, and the one mutation that
// nobody wants to happen twice.
import { useEffect, useState, type FormEvent } from 'react'
import { useQuery } from 'urql'
import { attemptFor, settle } from './attempt'
import { useChange } from './change'
import { Failure } from './failures'
import { graphql } from './gql'
import type { FindingsFragment } from './gql/graphql'
import { locale } from './text'

const validate = graphql(`
  mutation Validate($input: CartValidationInput!) {
    validateCart(input: $input) { cartValidation { ...Findings } userErrors { ...Refusal } }
  }

  fragment Findings on CartValidation {
    id
    blockingErrors { itemId code message }
    warnings { message }
    pendingValidations
  }
`)

const findings = graphql(`
  query Findings($input: CartValidationRequest!) {
    cartValidation(input: $input) { ...Findings }
  }
`)

const finalize = graphql(`
  mutation Finalize($input: FinalizeCartInput!) {
    finalizeCart(input: $input) { purchaseDetails { purchaseId purchaseNumber } userErrors { ...Refusal } }
  }
`)

export function Purchase({ cartId, bought }: { cartId: string; bought: (number: string) => void }) {
  const { run, busy, payload, told } = useChange(validate)
  const found = payload?.cartValidation
  return (
    <section aria-labelledby="purchase">
      <h2 id="purchase">Purchase</h2>
      <button type="button" disabled={busy} onClick={() => run({ cartId, level: 'PREVENT_FINALIZE', locale })}>Check order</button>
      {told}
      {busy && <p role="status">Checking…</p>}
      {found && !busy && <Checked cartId={cartId} first={found} bought={bought} />}
    </section>
  )
}

const pause = 2000 // between two looks at a check that is still pending, in milliseconds
const mostLooks = 30

// Checked shows what a check found. Vendors may take their time: it is looked at
// again until nothing is pending.
function Checked({ cartId, first, bought }: { cartId: string; first: FindingsFragment; bought: (number: string) => void }) {
  const [{ data, fetching, error }, look] = useQuery({
    query: findings, pause: true, variables: { input: { cartId, level: 'PREVENT_FINALIZE', locale } },
  })
  const [looks, setLooks] = useState(0)
  const now = data?.cartValidation ?? first
  const pending = Boolean(now.pendingValidations?.length)
  useEffect(() => {
    if (!pending || fetching || looks >= mostLooks) return
    const timer = setTimeout(() => {
      setLooks(looks + 1)
      look({ requestPolicy: 'network-only' })
    }, pause)
    return () => clearTimeout(timer)
  }, [pending, fetching, looks, look])
  if (pending) {
    return <p role="status">{looks < mostLooks ? 'A vendor is still checking…' : 'A vendor is still checking. Check again later.'}</p>
  }
  return (
    <>
      <Failure error={error} />
      <ul>{now.warnings?.map((warning, i) => <li key={i}>{warning.message}</li>)}</ul>
      {now.blockingErrors?.length ? <Blocked by={now.blockingErrors} /> : <Buy cartId={cartId} bought={bought} />}
    </>
  )
}

function Blocked({ by }: { by: NonNullable<FindingsFragment['blockingErrors']> }) {
  return (
    <div role="alert" className="failure">
      <p>This keeps the order from being placed:</p>
      <ul>{by.map((error, i) => <li key={i} data-code={error.code}>{error.message}</li>)}</ul>
    </div>
  )
}

function Buy({ cartId, bought }: { cartId: string; bought: (number: string) => void }) {
  const { run, busy, payload, told } = useChange(finalize, ['Cart'])
  useEffect(() => {
    if (!payload || payload.userErrors?.some((refusal) => refusal.__typename === 'OutcomeUnknown')) return
    settle(cartId)
    const details = payload.purchaseDetails
    if (details) bought(details.purchaseNumber ?? details.purchaseId ?? '')
  }, [payload, cartId, bought])
  function buy(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    run({ cartId, agreeToTerms: true, idempotencyKey: attemptFor(cartId) })
  }
  return (
    <form onSubmit={buy}>
      <p>Nothing keeps the order from being placed.</p>
      <label className="choice"><input type="checkbox" name="terms" required />I agree to the terms</label>
      <button type="submit" disabled={busy}>Buy now</button>
      {told}
    </form>
  )
}

// Mutations, as all forms of this page run them.
import { useMutation, type TypedDocumentNode } from 'urql'
import { Failure, Refusals } from './failures'
import type { RefusalFragment } from './gql/graphql'

type Variables = { input: { idempotencyKey?: string | null | undefined } }
type Payload = { userErrors: RefusalFragment[] | null }

interface Change<P, I> {
  run: (input: I) => void
  busy: boolean
  payload: P | undefined // what the last run was answered; undefined where it failed
  done: boolean // whether the last run was answered and nothing was refused
  told: React.ReactNode // why it was not
}

// useChange runs a mutation of one field. A key is made for each run; trying
// again sends the same one, so that nothing is done twice. touches names types
// that change without being in the answer.
export function useChange<D extends Record<keyof D, Payload | null>, V extends Variables>(
  document: TypedDocumentNode<D, V>,
  touches: string[] = [],
): Change<NonNullable<D[keyof D]>, V['input']> {
  const [{ fetching, error, data, operation }, send] = useMutation<D, V>(document)
  const context = { additionalTypenames: touches }
  const payload = (Object.values(data ?? {}) as D[keyof D][])[0] ?? undefined
  return {
    run: (input) => void send({ input: { idempotencyKey: crypto.randomUUID(), ...input } } as V, context),
    busy: fetching,
    payload,
    done: !fetching && payload !== undefined && !payload.userErrors?.length,
    told: !fetching && (
      <>
        <Failure error={error} again={() => operation && void send(operation.variables, context)} />
        <Refusals of={payload?.userErrors} />
      </>
    ),
  }
}

// Who buys, and for which company: what all questions about carts are asked with.
import { useMemo } from 'react'
import { useQuery, type CombinedError } from 'urql'
import { graphql } from './gql'
import { useSession } from './session'

const query = graphql(`
  query Buyer {
    me { id email currentMembership { account { id name } } }
  }
`)

export interface Buyer {
  email: string
  company: string
  input: { userId: string; accountId: string }
}

// useBuyer gives no buyer while it is not known, and to people without a company.
export function useBuyer(): { buyer: Buyer | undefined; fetching: boolean; error: CombinedError | undefined } {
  const { token } = useSession()
  const [{ data, fetching, error }] = useQuery({ query, pause: token === null })
  const me = data?.me
  const buyer = useMemo(() => {
    const account = me?.currentMembership?.account
    if (!account) return undefined
    return { email: me.email ?? '', company: account.name ?? '', input: { userId: me.id, accountId: account.id } }
  }, [me])
  return { buyer, fetching, error }
}

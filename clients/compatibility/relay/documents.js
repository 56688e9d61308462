// What relay-compiler makes artifacts of. Nothing runs this file: an application
// would have these in its components, with babel-plugin-relay.
import { graphql } from 'relay-runtime'

graphql`
  query documentsProductQuery($id: ID!) {
    product(id: $id) { id name }
  }
`

graphql`
  query documentsWalkQuery($first: Int!, $after: String) {
    products(first: $first, after: $after) @connection(key: "documents_products") {
      totalCount
      edges { node { id } }
      pageInfo { endCursor hasNextPage }
    }
  }
`

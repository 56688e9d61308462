import { useEffect, useRef } from 'react'
import { parse } from 'graphql'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'

// Examples is the menu of documents that run as they are, by domain.
export function Examples({ examples }) {
  const menu = useRef(null)
  const open = useOpen()
  useClosing(menu)
  if (!open) return null
  const choose = (example) => {
    menu.current.open = false
    open(example)
  }
  return (
    <details ref={menu} className="menu">
      <summary>Examples</summary>
      <div className="menu-list">
        {[...Map.groupBy(examples, (e) => e.domain)].map(([domain, list]) => (
          <section key={domain} aria-label={domain}>
            <h2>{domain}</h2>
            <ul>
              {list.map((e) => (
                <li key={e.name}>
                  <button type="button" data-example={e.name} onClick={() => choose(e)}>
                    <strong>{e.title}</strong> <span>{e.description}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </details>
  )
}

// useOpen puts an example into a tab of its own, so that nobody's work is lost.
// It gives undefined while the editors are not there yet.
function useOpen() {
  const { addTab, setOperationFacts } = useGraphiQLActions()
  const query = useGraphiQL((state) => state.queryEditor)
  const variables = useGraphiQL((state) => state.variableEditor)
  if (!query || !variables) return undefined
  return (example) => {
    if (query.getValue().trim() !== '') addTab()
    query.setValue(example.query)
    variables.setValue(example.variables ?? '')
    setOperationFacts(facts(example.query))
    query.focus()
  }
}

// facts are what GraphiQL finds out itself a moment after the last key: until
// then it would run the new document under the old one's operation name.
function facts(query) {
  const documentAST = parse(query)
  const operations = documentAST.definitions.filter((d) => d.kind === 'OperationDefinition')
  return { documentAST, operations, operationName: operations[0]?.name?.value }
}

// useClosing closes a menu as people expect: by Escape, and by a click elsewhere.
function useClosing(menu) {
  useEffect(() => {
    const onKey = (event) => {
      if (event.key !== 'Escape' || !menu.current?.open) return
      menu.current.open = false
      menu.current.querySelector('summary').focus()
    }
    const onPointer = (event) => {
      if (menu.current?.open && !menu.current.contains(event.target)) menu.current.open = false
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('pointerdown', onPointer)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('pointerdown', onPointer)
    }
  }, [menu])
}

// What the marketplace and the vendors want to know: cartFields says which
// fields there are, updateCartCustomAttributes takes what was filled in.
import type { FormEvent } from 'react'
import { useQuery } from 'urql'
import { useChange } from './change'
import { Failure } from './failures'
import { graphql } from './gql'
import type { CartFieldsQuery, CartFieldType, FieldFragment, ToldFragment, UpdateCartCustomAttributesInput } from './gql/graphql'
import { locale } from './text'

const query = graphql(`
  query CartFields($cartId: ID!, $locale: Locale!) {
    cartFields(cartId: $cartId, locale: $locale) {
      purchaseCustomAttributes { ...Field }
      subscriptionCustomAttributes { ...Field }
      productFields { itemId forms { title fields { ...Field } } }
    }
  }

  fragment Field on CartField {
    fieldType
    inputCode
    inputTitle
    tooltip
    validations { expression minLength maxLength required readOnly }
  }
`)

graphql(`
  fragment Told on Cart {
    id
    customAttributes { purchaseCustomAttributes { key value } }
    items {
      id
      customAttributes { subscriptionCustomAttributes { key value } productFields { key value } }
    }
  }
`)

const updateAttributes = graphql(`
  mutation UpdateAttributes($input: UpdateCartCustomAttributesInput!) {
    updateCartCustomAttributes(input: $input) { cart { id } userErrors { ...Refusal } }
  }
`)

// Question is a field, and whom its answer is for.
interface Question {
  about: string
  kind: 'purchase' | 'subscription' | 'product'
  itemId: string // '' for the purchase
  code: string
  field: FieldFragment
  answer: string
}

interface Item {
  id: string
  product: { name: string | null } | null
}

export function Details({ cart, items }: { cart: ToldFragment; items: readonly Item[] }) {
  const [{ data, fetching, error }, again] = useQuery({ query, variables: { cartId: cart.id, locale } })
  const change = useChange(updateAttributes)
  const questions = questionsOf(data?.cartFields, cart, items)
  const about = [...new Set(questions.map((q) => q.about))]
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    change.run(answersOf(cart.id, questions, new FormData(event.currentTarget)))
  }
  return (
    <section aria-labelledby="details">
      <h2 id="details">Details</h2>
      {fetching && <p role="status">Loading…</p>}
      <Failure error={error} again={() => again({ requestPolicy: 'network-only' })} />
      {data && questions.length === 0 && <p>Nothing has to be told.</p>}
      {questions.length > 0 && (
        <form onSubmit={save}>
          {about.map((title) => (
            <fieldset key={title}>
              <legend>{title}</legend>
              {questions.filter((q) => q.about === title).map((q) => <Field key={nameOf(q)} question={q} />)}
            </fieldset>
          ))}
          <button type="submit" disabled={change.busy}>Save details</button>
          {change.done && <p role="status">Your details are saved.</p>}
          {change.told}
        </form>
      )}
    </section>
  )
}

const inputTypes: Partial<Record<CartFieldType, string>> = { EMAIL: 'email', PHONE_NUMBER: 'tel', DATE: 'date' }

function Field({ question }: { question: Question }) {
  const { field } = question
  const rules = field.validations
  const hint = field.tooltip ? `${nameOf(question)}-hint` : undefined
  function check({ currentTarget: input }: FormEvent<HTMLInputElement>) {
    input.setCustomValidity(fits(input.value, rules?.expression) ? '' : 'This does not have the form that is asked for.')
  }
  return (
    <p>
      <label htmlFor={nameOf(question)}>{field.inputTitle}</label>
      <input
        id={nameOf(question)} name={nameOf(question)} type={inputTypes[field.fieldType ?? 'TEXT'] ?? 'text'}
        defaultValue={question.answer} aria-describedby={hint} onInput={check}
        required={rules?.required ?? false} readOnly={rules?.readOnly ?? false}
        minLength={rules?.minLength ?? undefined} maxLength={rules?.maxLength ?? undefined}
      />
      {hint && <span id={hint} className="small">{field.tooltip}</span>}
    </p>
  )
}

// fits tries an expression. Vendors write them for other engines than this one:
// what cannot be read here is left to the marketplace.
function fits(value: string, expression: string | null | undefined): boolean {
  if (!value || !expression) return true
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${expression})$`, flags).test(value)
    } catch {
      continue
    }
  }
  return true
}

const nameOf = (q: Question) => [q.kind, q.itemId, q.code].join(':')

function questionsOf(fields: CartFieldsQuery['cartFields'] | undefined, cart: ToldFragment, items: readonly Item[]): Question[] {
  if (!fields) return []
  const told = new Map(cart.items?.map((item) => [item.id, item.customAttributes]))
  const nameOfItem = (id: string) => items.find((item) => item.id === id)?.product?.name ?? 'Item'
  return [
    ...ask('Your purchase', 'purchase', '', fields.purchaseCustomAttributes, cart.customAttributes?.purchaseCustomAttributes),
    ...items.flatMap(({ id }) =>
      ask(`${nameOfItem(id)}: subscription`, 'subscription', id, fields.subscriptionCustomAttributes, told.get(id)?.subscriptionCustomAttributes)),
    ...(fields.productFields ?? []).flatMap(({ itemId, forms }) => itemId ? (forms ?? []).flatMap((form) =>
      ask(`${nameOfItem(itemId)}: ${form.title}`, 'product', itemId, form.fields, told.get(itemId)?.productFields)) : []),
  ]
}

type Attributes = { key: string | null; value: string[] | null }[] | null | undefined

function ask(about: string, kind: Question['kind'], itemId: string, fields: FieldFragment[] | null, told: Attributes): Question[] {
  return (fields ?? []).flatMap((field) => {
    const code = field.inputCode
    return code ? [{ about, kind, itemId, code, field, answer: told?.find((a) => a.key === code)?.value?.[0] ?? '' }] : []
  })
}

// answersOf leaves out what was left empty.
function answersOf(cartId: string, questions: Question[], form: FormData): UpdateCartCustomAttributesInput {
  const given = (kind: Question['kind'], itemId: string) => questions
    .filter((q) => q.kind === kind && q.itemId === itemId)
    .map((q) => ({ key: q.code, value: String(form.get(nameOf(q)) ?? '').trim() }))
    .filter((a) => a.value !== '')
    .map((a) => ({ key: a.key, value: [a.value] }))
  const itemIds = [...new Set(questions.flatMap((q) => q.itemId || []))]
  return {
    cartId,
    customAttributes: { purchaseCustomAttributes: given('purchase', '') },
    items: itemIds.map((id) => ({
      id, customAttributes: { subscriptionCustomAttributes: given('subscription', id), productFields: given('product', id) },
    })),
  }
}

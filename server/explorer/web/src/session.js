// Who the page acts as. The token is in this object and nowhere else: it is
// gone with the page.

const longestTimer = 2 ** 31 - 1 // of setTimeout, in milliseconds

export class Session {
  #source // fetches a token; absent for visitors, and where a person has to sign in
  #token = ''
  #ends = 0 // moment in milliseconds from which the token is not used any more
  #pending
  #timer

  // onState hears of every change: {viewer, problem}.
  constructor(onState) {
    this.onState = onState
  }

  // visitor forgets the token.
  visitor() {
    this.#reset('visitor', undefined)
    this.onState({ viewer: 'visitor' })
  }

  // follow acts as a viewer whose tokens source fetches, now and before each ends.
  async follow(viewer, source) {
    this.#reset(viewer, source)
    this.onState({ viewer }) // operations wait for the token
    await this.#renew().catch(() => {}) // onState has told
  }

  // adopt acts with a token that a person signed in for. Nothing replaces it when it ends.
  adopt(viewer, answer) {
    this.#reset(viewer, undefined)
    this.#keep(answer)
    this.onState({ viewer })
  }

  // token is what to send now; '' for visitors.
  async token() {
    if (this.#pending) await this.#pending
    else if (this.#source && Date.now() >= this.#ends) await this.#renew()
    return this.#token
  }

  #reset(viewer, source) {
    clearTimeout(this.#timer)
    this.viewer = viewer
    this.#source = source
    this.#token = ''
    this.#ends = 0
    this.#pending = undefined
  }

  // keep uses a token for nine tenths of its life, so that none ends on its way.
  #keep({ accessToken, expiresIn }) {
    const left = expiresIn * 900
    this.#token = accessToken
    this.#ends = Date.now() + left
    this.#timer = setTimeout(() => this.#end(), Math.min(left, longestTimer))
  }

  #end() {
    if (this.#source) {
      this.#renew().catch(() => {}) // onState has told
      return
    }
    this.visitor()
    this.onState({ viewer: 'visitor', problem: 'Your session has ended. Sign in again.' })
  }

  #renew() {
    const source = this.#source
    const pending = source().then((answer) => {
      if (this.#source !== source) return // somebody else by now
      clearTimeout(this.#timer)
      this.#keep(answer)
      this.onState({ viewer: this.viewer })
    }).catch((cause) => {
      if (this.#source !== source) return
      this.onState({ viewer: this.viewer, problem: `No token for ${this.viewer}: ${cause.message}` })
      throw cause
    }).finally(() => {
      if (this.#pending === pending) this.#pending = undefined
    })
    this.#pending = pending
    return pending
  }
}

// The address is the state of navigation: pages are found by path, and what a
// page shows by its query. Links are links, so that they can be opened anywhere.
import { useEffect, useRef, useSyncExternalStore, type ComponentProps, type MouseEvent } from 'react'

const moved = 'storefront:moved'

export function go(to: string) {
  history.pushState(null, '', to)
  dispatchEvent(new Event(moved))
}

export function useAddress(): URL {
  return new URL(useSyncExternalStore(subscribe, () => location.href))
}

function subscribe(listener: () => void) {
  addEventListener('popstate', listener)
  addEventListener(moved, listener)
  return () => {
    removeEventListener('popstate', listener)
    removeEventListener(moved, listener)
  }
}

export function Link({ href, ...rest }: ComponentProps<'a'> & { href: string }) {
  function follow(event: MouseEvent) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
  return <a {...rest} href={href} onClick={follow} />
}

// Title is a page's heading. A new page takes the focus there, so that screen
// readers say where they are, and the keyboard goes on from the top.
export function Title({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${children} – Storefront`
    heading.current?.focus()
  }, [children])
  return <h1 ref={heading} tabIndex={-1}>{children}</h1>
}

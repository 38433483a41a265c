// An act on something in a list is sent by htmx, and the list comes anew: from the dialog that asked, or from a button.
const act = (event) => {
  const form = event.detail.requestConfig?.elt
  return form?.matches?.('form[hx-post][hx-select]') ? form : null
}

export function watchActs() {
  document.addEventListener('htmx:afterRequest', (event) => {
    const form = act(event)
    if (!form || !event.detail.successful) return
    form.closest('dialog')?.close() // gives the focus back to what opened it, unless that is gone
    const list = document.getElementById(event.detail.target.id)
    if (list && (document.activeElement === document.body || form.contains(document.activeElement))) {
      list.tabIndex = -1
      list.focus({ preventScroll: true })
    }
    document.getElementById('messages')?.lastElementChild?.scrollIntoView({ block: 'nearest' })
  })
  // A refusal has a page of its own, which no list can hold: the form is sent as if there were no scripts.
  document.addEventListener('htmx:beforeSwap', (event) => {
    const form = act(event)
    if (!form || !event.detail.isError) return
    event.preventDefault()
    form.submit()
  })
}

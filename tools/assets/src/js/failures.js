// A request that fails leaves the page as it is and says so at its head: in the words of the site where its answer brings a
// message (HX-Reswap), else in those of the layout. What nobody asked for by hand fails silently: it asks again by itself,
// or the form tells as much when it is sent.
const unasked = ({ requestConfig }) => !requestConfig?.triggeringEvent || requestConfig.elt?.matches('[data-check]')

function tell() {
  const messages = document.getElementById('messages')
  messages.replaceChildren(document.getElementById('failed').content.cloneNode(true))
  messages.scrollIntoView({ block: 'start' })
}

export function watchFailures() {
  document.addEventListener('htmx:beforeSwap', ({ detail }) => {
    if (!detail.isError || !detail.xhr.getResponseHeader('HX-Reswap')) return
    detail.isError = false
    detail.shouldSwap = !unasked(detail)
  })
  for (const name of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
    document.addEventListener(name, ({ detail }) => {
      if (!unasked(detail)) tell()
    })
  }
}

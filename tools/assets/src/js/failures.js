// A request that fails leaves the page as it is and says so at its head: in the words of the site where its answer brings a
// message (HX-Reswap), else in those of the layout. What nobody asked for by hand fails silently: it asks again by itself,
// or the form tells as much when it is sent.
const unasked = ({ requestConfig }) => !requestConfig?.triggeringEvent || requestConfig.elt?.matches('[data-check]')

// icon is one of the same file as those that the page has.
function icon(name) {
  const svg = document.querySelector('svg.bi').cloneNode(true)
  const use = svg.querySelector('use')
  svg.setAttribute('class', `bi bi-${name}`)
  use.setAttribute('href', use.getAttribute('href').replace(/#.*/, `#${name}`))
  return svg
}

function element(name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

// tell shows what shared/message would; its sentences stand translated where those that are spoken do.
function tell() {
  const { failed, error, close } = document.getElementById('live').dataset
  const messages = document.getElementById('messages')
  messages.replaceChildren(element('div', { class: 'alert alert-error alert-dismissible', 'data-message': '', role: 'alert' },
    icon('exclamation-circle-fill'),
    element('div', { class: 'alert-text' }, element('span', { class: 'word' }, error), ` ${failed}`),
    element('button', { class: 'close', type: 'button', 'data-dismiss': '', 'aria-label': close }, icon('x-lg'))))
  messages.scrollIntoView({ block: 'start' })
}

export function watchFailures() {
  document.addEventListener('htmx:beforeSwap', ({ detail }) => {
    if (detail.xhr.status === 422) document.getElementById('messages').replaceChildren() // of what was done before
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

import { announce } from './announce.js'

// A form is busy from the moment it is sent until its answer is there. Its button keeps the focus, shows progress and
// cannot be pressed again. data-no-busy on a form or button leaves it alone (downloads).
const busy = new Set()

function mark(form, button) {
  form.dataset.busy = 'true'
  form.setAttribute('aria-busy', 'true')
  busy.add(form)
  if (!button) return
  button.classList.add('is-busy')
  button.setAttribute('aria-disabled', 'true')
  clearTimeout(form.busyTimer)
  form.busyTimer = setTimeout(() => { if (form.dataset.busy) announce('busy') }, 1000)
}

function release(form) {
  delete form.dataset.busy
  form.removeAttribute('aria-busy')
  clearTimeout(form.busyTimer)
  busy.delete(form)
  const named = form.id ? document.querySelectorAll(`.is-busy[form="${CSS.escape(form.id)}"]`) : []
  for (const button of [...form.querySelectorAll('.is-busy'), ...named]) {
    button.classList.remove('is-busy')
    button.removeAttribute('aria-disabled')
  }
}

const sentByHtmx = (form) => ['get', 'post', 'put', 'patch', 'delete'].some((verb) => form.hasAttribute(`hx-${verb}`))
const exempt = (form, button) => 'noBusy' in form.dataset || (button && 'noBusy' in button.dataset) ||
  form.target === '_blank' || (button?.getAttribute('formmethod') || form.getAttribute('method')) === 'dialog'

export function watchSubmits() {
  // Capturing, so that a second press is stopped before htmx or anybody else sees it.
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.busy) {
      event.preventDefault()
      event.stopImmediatePropagation()
    }
  }, true)
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (exempt(form, event.submitter)) return
    if (event.defaultPrevented && !sentByHtmx(form)) return
    mark(form, event.submitter || form.querySelector('[type=submit]'))
  })
  document.addEventListener('htmx:afterRequest', (event) => {
    const leaving = event.detail.xhr?.getResponseHeader('HX-Redirect') || event.detail.xhr?.getResponseHeader('HX-Refresh')
    const asked = event.detail.requestConfig?.elt ?? event.detail.elt // which the answer may have replaced
    const form = 'check' in asked.dataset ? null : asked.closest?.('form')
    if (form && !leaving) release(form)
  })
  // htmx cancels a request after the submit event when the form is not valid or the person says no.
  for (const name of ['htmx:validation:halted', 'htmx:abort']) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest?.('form')
      if (form) release(form)
    })
  }
  // The page returns from the browser's memory as it was left.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) [...busy].forEach(release)
  })
}

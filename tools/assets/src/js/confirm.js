import htmx from 'htmx.org'

// One dialog asks before every act that needs it. The control that opens it is a link to a page that asks the same
// question, so nothing is lost without scripts; or a button, whose form is sent once the person says yes.
let asking = null

export function watchActions() {
  document.addEventListener('click', (event) => {
    const trigger = event.target.closest?.('[data-action-title]')
    const dialog = document.getElementById('actionModal')
    if (!trigger || !dialog?.showModal || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    asking = trigger.form ? trigger : null
    fill(dialog, trigger)
    dialog.showModal()
  })
  document.addEventListener('submit', (event) => {
    if (!event.target.closest?.('#actionModal')) return
    if (event.submitter?.dataset.part !== 'confirm') {
      event.stopImmediatePropagation() // it only closes the dialog, htmx would send it
      return
    }
    if (!asking) return
    event.preventDefault()
    event.stopImmediatePropagation()
    event.target.closest('dialog').close() // gives the focus back to the button
    asking.form.requestSubmit(asking)
  }, true)
  document.addEventListener('click', (event) => {
    const dialog = event.target
    if (dialog instanceof HTMLDialogElement && dialog.open && 'lightDismiss' in dialog.dataset) dialog.close()
  })
}

// said puts what the form says into a sentence: "{email}" is the value of that name.
function said(text, form) {
  const values = form && new FormData(form)
  return (text || '').replace(/\{(\w+)\}/g, (name, key) => values?.get(key) ?? name)
}

function fill(dialog, trigger) {
  const data = trigger.dataset
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`)
  const confirm = part('confirm')
  const cancel = part('cancel')
  part('title').textContent = said(data.actionTitle, trigger.form)
  part('message').textContent = said(data.actionMessage, trigger.form)
  confirm.textContent = data.actionConfirm || confirm.dataset.default
  cancel.textContent = data.actionCancel || cancel.dataset.default
  confirm.className = 'btn modal-confirm ' + (data.actionStyle || 'btn-primary')
  confirm.hidden = !data.actionUrl && !trigger.form
  const form = confirm.form
  if (data.actionUrl) form.setAttribute('action', data.actionUrl)
  else form.removeAttribute('action')
  swap(form, data.actionUrl, data.actionSwaps)
}

// swap has htmx send the form and take one element of the page out of the answer; without one the page comes anew.
function swap(form, url, id) {
  const how = { 'hx-post': url, 'hx-target': `#${id}`, 'hx-select': `#${id}`, 'hx-swap': 'morph' }
  for (const [name, value] of Object.entries(how)) {
    if (id) form.setAttribute(name, value)
    else form.removeAttribute(name)
  }
  htmx.process(form)
}

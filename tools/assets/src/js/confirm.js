// One dialog asks before every act that needs it. The control that opens it is a link to a page that asks the same
// question, so nothing is lost without scripts.
export function watchActions() {
  document.addEventListener('click', (event) => {
    const trigger = event.target.closest?.('[data-action-title]')
    const dialog = document.getElementById('actionModal')
    if (!trigger || !dialog?.showModal || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    fill(dialog, trigger.dataset)
    dialog.showModal()
  })
  document.addEventListener('click', (event) => {
    const dialog = event.target
    if (dialog instanceof HTMLDialogElement && dialog.open && 'lightDismiss' in dialog.dataset) dialog.close()
  })
}

function fill(dialog, data) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`)
  const confirm = part('confirm')
  const cancel = part('cancel')
  part('title').textContent = data.actionTitle
  part('message').textContent = data.actionMessage || ''
  confirm.textContent = data.actionConfirm || confirm.dataset.default
  cancel.textContent = data.actionCancel || cancel.dataset.default
  confirm.className = 'btn modal-confirm ' + (data.actionStyle || 'btn-primary')
  confirm.hidden = !data.actionUrl
  const form = confirm.form
  if (data.actionUrl) form.setAttribute('action', data.actionUrl)
  else form.removeAttribute('action')
}

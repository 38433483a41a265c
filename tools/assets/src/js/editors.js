// The editor of marked-up texts is large, so it is fetched where there is a text to edit, and nowhere else. From then on
// it looks after the page by itself.
let asked = false

export function watchEditors(root) {
  const parts = !asked && root.querySelector?.('template[data-editor]')
  if (!parts) return
  asked = true
  const style = document.createElement('link')
  style.rel = 'stylesheet'
  style.href = parts.dataset.looks
  style.addEventListener('load', () => import(parts.dataset.code).catch(() => { asked = false }))
  style.addEventListener('error', () => { asked = false })
  document.head.append(style)
}

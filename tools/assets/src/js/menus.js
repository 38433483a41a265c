// Menus are <details>; this closes them as people expect. The side menu is a popover that becomes a true dialog.
export function watchMenus() {
  const openMenus = () => document.querySelectorAll('details[data-menu][open]')
  document.addEventListener('click', (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('focusin', (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of openMenus()) {
      const inside = menu.contains(document.activeElement)
      menu.open = false
      if (inside) menu.querySelector('summary').focus()
    }
  })
  document.addEventListener('click', openSideMenu)
}

function openSideMenu(event) {
  const opener = event.target.closest?.('[popovertarget]')
  const panel = opener && document.getElementById(opener.getAttribute('popovertarget'))
  if (!(panel instanceof HTMLDialogElement) || panel.matches(':popover-open')) return
  event.preventDefault()
  if (panel.open) {
    panel.close()
    return
  }
  panel.removeAttribute('popover')
  panel.showModal()
}

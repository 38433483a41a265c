import { acts } from './acts.js'

const apple = /Mac|iPhone|iPad/.test(navigator.platform)
const spoken = (keys) => keys.replace('Mod', apple ? 'Meta' : 'Control')
const shown = (keys) => (apple ? keys.replace('Mod', '⌘').replace('Alt', '⌥').replace('Shift', '⇧').replaceAll('+', '') : keys.replace('Mod', 'Ctrl'))

// bar is the row of buttons above a text: one stop of the Tab key, arrows inside it.
export function bar(root, editor, { features, link, swap, idle, source }) {
  const box = root.querySelector('[role=toolbar]')
  for (const button of box.querySelectorAll('button')) {
    const needs = (button.dataset.for || '').split(' ')
    if (button.dataset.for && !needs.some((need) => features.includes(need))) button.remove()
  }
  for (const group of box.querySelectorAll('.richtext-group')) if (!group.querySelector('button')) group.remove()
  const buttons = [...box.querySelectorAll('button')]
  for (const button of buttons) {
    const keys = button.dataset.keys
    button.title = button.textContent.trim() + (keys ? ` (${shown(keys)})` : '')
    if (keys) button.setAttribute('aria-keyshortcuts', spoken(keys))
  }

  const may = (button) => {
    if (button.dataset.do === 'source') return true
    if (idle() || source()) return false
    return button.dataset.do === 'link' || acts[button.dataset.do].can?.(editor) !== false
  }
  const pressed = (button) => {
    if (button.dataset.do === 'source') return source()
    return button.dataset.do === 'link' ? editor.isActive('link') : acts[button.dataset.do].on?.(editor)
  }
  const stop = (at) => buttons.forEach((button) => { button.tabIndex = button === at ? 0 : -1 })

  // The text keeps the selection while a button is pressed.
  box.addEventListener('mousedown', (event) => { if (event.target.closest('button')) event.preventDefault() })
  box.addEventListener('click', (event) => {
    const button = event.target.closest('button')
    if (!button || !may(button)) return
    stop(button)
    if (button.dataset.do === 'source') return swap()
    if (button.dataset.do === 'link') return link.open()
    editor.view.focus()
    acts[button.dataset.do].run(editor)
  })
  box.addEventListener('focusin', (event) => stop(event.target))
  box.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(event.target)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
    if (event.key === 'Escape' && !source()) editor.view.focus()
    else if (to !== undefined) buttons[(to + buttons.length) % buttons.length].focus()
    else return
    event.preventDefault()
  })
  stop(buttons[0])

  return {
    show() {
      for (const button of buttons) {
        if (button.hasAttribute('aria-pressed')) button.setAttribute('aria-pressed', String(Boolean(pressed(button))))
        if (may(button)) button.removeAttribute('aria-disabled')
        else button.setAttribute('aria-disabled', 'true')
      }
    },
    key(event) {
      if (!event.altKey || event.key !== 'F10') return false
      buttons.find((button) => button.tabIndex === 0).focus()
      return true
    },
  }
}

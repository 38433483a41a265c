import { Idiomorph } from 'idiomorph/dist/idiomorph.esm.js'

// What scripts put beside a control is in no answer, and stays.
const callbacks = { beforeNodeRemoved: (node) => !node.matches?.('[data-stays]') }

// hx-swap="morph" changes what differs and leaves the rest: what has the focus keeps it.
export function useMorph(htmx) {
  const inner = (style) => style === 'morph:innerHTML'
  htmx.defineExtension('morph', {
    isInlineSwap: (style) => style.startsWith('morph') && !inner(style),
    handleSwap(style, target, fragment) {
      if (!style.startsWith('morph')) return false
      return Idiomorph.morph(target, fragment.children, { morphStyle: inner(style) ? 'innerHTML' : 'outerHTML', callbacks })
    },
  })
}

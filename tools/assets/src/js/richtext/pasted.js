// What comes from other programs says by its style what is bold, and lays its words out in tables: here it becomes plain
// markup. The policy of the page forbids styles and handlers even where they are only read, so they are disarmed first.

const kept = ['href', 'class', 'data-page', 'data-document', 'data-pm-slice']
const styles = [
  { plain: /font-weight:\s*(normal|[1-4]00)/i, strong: /font-weight:\s*(bold|[6-9]00)/i, tags: 'b, strong', tag: 'strong' },
  { plain: /font-style:\s*normal/i, strong: /font-style:\s*italic/i, tags: 'i, em', tag: 'em' },
]

const disarmed = (html) => html.replace(/<style[\s\S]*?<\/style\s*>/gi, '').replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on[a-z]+)(?=\s*=)/gi, ' data-$1'))

export function plain(html) {
  const { body } = new DOMParser().parseFromString(disarmed(html), 'text/html')
  for (const gone of body.querySelectorAll('script, title, template, noscript, select, textarea, iframe, object')) gone.remove()
  for (const cell of body.querySelectorAll('td, th')) cell.append(' ')
  for (const row of body.querySelectorAll('tr')) row.append(row.ownerDocument.createElement('br'))
  for (const element of body.querySelectorAll('*')) {
    const style = element.getAttribute('data-style') || ''
    for (const name of element.getAttributeNames()) if (!kept.includes(name)) element.removeAttribute(name)
    for (const { plain: off, strong, tags, tag } of styles) {
      if (element.matches(tags) && off.test(style)) element.replaceWith(...element.childNodes)
      else if (element.matches('span, font, a') && strong.test(style)) wrap(element, tag)
    }
  }
  return body.innerHTML
}

function wrap(element, tag) {
  const around = element.ownerDocument.createElement(tag)
  around.append(...element.childNodes)
  element.append(around)
}

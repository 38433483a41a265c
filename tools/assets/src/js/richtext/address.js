// Where a link may lead. The server looks at every link again.

// keep gives an address that a text came with, or null for one that browsers could run as a program.
export function keep(href) {
  if (!href) return null
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href.replace(/[\u0000-\u0020\u007f]/g, ''))
  return !scheme || ['http', 'https', 'ftp', 'mailto', 'tel'].includes(scheme[1].toLowerCase()) ? href.trim() : null
}

// ask makes of what somebody typed an address on the web, of a mailbox, a telephone or a page of this site; else null.
export function ask(typed) {
  let text = typed.trim()
  if (/^tel:/i.test(text)) text = text.replace(/[\s()]/g, '')
  else if (/^[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#]+$/.test(text)) text = 'mailto:' + text
  else if (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#]\S*)?$/u.test(text)) text = 'https://' + text
  if (!/^(https?:\/\/[^\s/]\S*|mailto:[^\s@]+@\S+|tel:\+?[\d.-]+|\/(?![/\\])\S*|#\S+)$/i.test(text)) return null
  try {
    decodeURI(text)
    new URL(text, location.href)
  } catch {
    return null
  }
  return text
}

// outside tells whether a link leads to another host. Such links carry what the server gives them.
export const outside = (href) => /^([a-z]+:)?\/\//i.test(href || '')

// What axe cannot tell of a page as it stands (WCAG 2.2): one function for each criterion, each gives what is wrong, in words.
(() => {
  const CAN_BE_REACHED = 'a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex="0"]'
  const isShown = element => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1 &&
    !element.closest(".visually-hidden")
  const named = element => {
    const words = (element.innerText || element.value || element.ariaLabel || element.name || "").trim().slice(0, 30)
    return `${element.tagName.toLowerCase()} “${words}”`
  }
  const reachable = () => [...document.querySelectorAll(CAN_BE_REACHED)].filter(isShown)
  const centre = box => [box.left + box.width / 2, box.top + box.height / 2]
  const inASentence = link => link.tagName === "A" && getComputedStyle(link).display === "inline" &&
    [...link.parentElement.childNodes].some(node => node !== link && node.textContent.trim())
  const inside = (place, most) => Math.min(Math.max(place, 1), most - 2)
  const seconds = list => Math.max(...list.split(",").map(parseFloat))

  // 2.5.8: 24 by 24 pixels, or so far from the next that a circle of that size meets nothing else; links in sentences are let be.
  const tooClose = (element, all) => {
    const box = element.getBoundingClientRect()
    if (Math.min(box.width, box.height) >= 24 || inASentence(element)) return false
    const [x, y] = centre(box)
    return all.some(other => {
      if (other === element || other.contains(element) || element.contains(other)) return false
      const its = other.getBoundingClientRect()
      const apart = Math.hypot(Math.max(its.left - x, 0, x - its.right), Math.max(its.top - y, 0, y - its.bottom))
      const [otherX, otherY] = centre(its)
      return apart < 12 || (Math.min(its.width, its.height) < 24 && Math.hypot(otherX - x, otherY - y) < 24)
    })
  }

  // 2.4.7, 2.4.11: what has the focus has a ring, and nothing lies over the whole of it.
  const focusFault = element => {
    element.focus()
    if (document.activeElement !== element) return `cannot be focused: ${named(element)}`
    const style = getComputedStyle(element)
    if (!(style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) && style.boxShadow === "none") return `no ring: ${named(element)}`
    const box = element.getClientRects()[0]
    if (box.bottom <= 0 || box.top >= innerHeight) return `out of sight: ${named(element)}`
    const lies = y => {
      const over = document.elementFromPoint(inside(box.left + box.width / 2, innerWidth), inside(y, innerHeight))
      const own = !over || element.contains(over) || over.contains(element) || [...(element.labels || [])].some(label => label.contains(over))
      return own ? null : over
    }
    const over = [box.top + 12, (box.top + box.bottom) / 2, box.bottom - 12].map(lies)
    return over.every(Boolean) ? `covered: ${named(element)} by ${named(over[0])}` : ""
  }

  return {
    targets: () => reachable().filter((one, _at, all) => tooClose(one, all)).map(one => `too small and too close: ${named(one)}`),
    focus: () => {
      const wrong = reachable().map(focusFault).filter(Boolean)
      document.activeElement.blur()
      scrollTo(0, 0)
      return wrong
    },
    // 2.3.3, and the system's wish to have less of it.
    motion: () => [...document.querySelectorAll("*")].filter(one => {
      const style = getComputedStyle(one)
      return seconds(style.transitionDuration) > 0.01 || (style.animationName !== "none" && seconds(style.animationDuration) > 0.01)
    }).map(one => `moves: ${named(one)}`),
    // 1.4.12: with the spacing that people set themselves nothing is cut off.
    spacing: () => {
      const wider = new CSSStyleSheet()
      wider.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }")
      document.adoptedStyleSheets = [wider]
      const hides = value => value === "hidden" || value === "clip"
      const cut = [...document.body.querySelectorAll("*")].filter(one => {
        if (!isShown(one) || !one.innerText?.trim() || one.clientWidth < 3 || one.clientHeight < 3) return false
        const style = getComputedStyle(one)
        return (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1) || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 2)
      }).map(one => `cut off: ${named(one)}`)
      if (document.documentElement.scrollWidth > document.documentElement.clientWidth) cut.push("the page scrolls sideways")
      document.adoptedStyleSheets = []
      return cut
    },
  }
})()

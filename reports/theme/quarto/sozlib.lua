-- What Quarto does not know of our blocks: in print they call the functions of theme/report.typ, on the page their
-- classes are enough. Quarto runs this filter; the embedded assembler does the same in sozlib/book/blocks.py.

local blocks = { lead = "lead", source = "source", signs = "signs", findings = "findings", keys = "keys" }
local spans = { statement = "statement", what = "what", uncertain = "uncertain", num = "num", kicker = "kicker" }

local function wrapped(call, content)
  local result = pandoc.Blocks({ pandoc.RawBlock("typst", "#" .. call .. "[") })
  result:extend(content)
  result:insert(pandoc.RawBlock("typst", "]"))
  return result
end

function Div(div)
  if not FORMAT:match("typst") then
    return nil
  end
  if div.classes:includes("box") then
    local planning = div.classes:includes("planning") and "true" or "false"
    return wrapped("note(planning: " .. planning .. ")", div.content)
  end
  if div.classes:includes("key-figures") then
    return wrapped("key-figures", div.content)
  end
  for class, call in pairs(blocks) do
    if div.classes:includes(class) then
      return wrapped(call, div.content)
    end
  end
  return nil
end

function Span(span)
  if not FORMAT:match("typst") then
    return nil
  end
  for class, call in pairs(spans) do
    if span.classes:includes(class) then
      local result = pandoc.Inlines({ pandoc.RawInline("typst", "#" .. call .. "[") })
      result:extend(span.content)
      result:insert(pandoc.RawInline("typst", "]"))
      return result
    end
  end
  return nil
end

-- Converts many chapters in one pandoc process: starting pandoc costs more than converting a chapter.
-- Usage: pandoc lua convert.lua FOLDER, where FOLDER/jobs.json is a list of
--   {from, input, outputs: [{to, path}]}; paths are relative to FOLDER.
-- Markdown is read in pandoc's sandbox (empty file system), so no chapter can pull a file in.

local folder = arg[1]

local function read(path)
  local handle = assert(io.open(folder .. "/" .. path, "rb"))
  local content = handle:read("a")
  handle:close()
  return content
end

local function write(path, content)
  local handle = assert(io.open(folder .. "/" .. path, "wb"))
  handle:write(content)
  handle:close()
end

for _, job in ipairs(pandoc.json.decode(read("jobs.json"), false)) do
  local document = pandoc.read(read(job.input), job.from, nil, {})
  for _, output in ipairs(job.outputs) do
    local options = { wrap_text = "none", html_math_method = "mathml", highlight_method = "none" }
    write(output.path, pandoc.write(document, output.to, options))
  end
end

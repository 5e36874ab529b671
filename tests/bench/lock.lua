-- For wrk: locks the users whose ids are in the file IDS, one after the other, then unlocks them, and so on.
local ids = {}
for id in io.lines(os.getenv("IDS")) do
    ids[#ids + 1] = id
end
local thread = 0
function setup(t)
    t:set("number", thread)
    thread = thread + 1
end
local n = 0
function request()
    local what = math.floor(n / #ids) % 2 == 0 and "lock" or "unlock"
    local id = ids[(n * 2 + number) % #ids + 1]
    n = n + 1
    return wrk.format("POST", "/identity/resources/users/v1/" .. id .. "/" .. what)
end

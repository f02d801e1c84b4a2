import time
from oracle.audit.pack import audit
def test_x(files, rules):
    t=time.time()
    a=audit(files,rules)
    print(time.time()-t, sum(map(len,files.values())), len(files))
    print(a.difference); print("\n".join(a.compared))
    assert a.difference is None

#include "skerry/startup_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace skerry {
namespace {

// Only code: it is as the file has it, while data would lose what the loader and we have written there.
int unmap_code_of(dl_phdr_info* object, std::size_t, void* page_bytes) {
  const std::uintptr_t page = *static_cast<const std::uintptr_t*>(page_bytes);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) || (segment.p_flags & PF_W)) continue;
    const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr, end = begin + segment.p_memsz;
    // A failure changes nothing: the pages stay.
    (void)madvise(reinterpret_cast<void*>(begin & ~(page - 1)), end - (begin & ~(page - 1)), MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void unmap_startup_pages() {
  auto page_bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  dl_iterate_phdr(unmap_code_of, &page_bytes);
}

}  // namespace skerry

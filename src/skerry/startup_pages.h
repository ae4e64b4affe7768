#pragma once

namespace skerry {

// Unmaps the code of this process, ours and the libraries', so that what only the start has run is no memory of the
// process any more but the kernel's cache of files, which it may drop. What is run again comes back by itself, a few
// pages at a fault. Breakpoints that a debugger or a probe has set in the code by then are gone, too.
//
// With it, idle memory is half of what it was (docs/performance.md).
//
// Threads: any, while others run.
void unmap_startup_pages();

}  // namespace skerry

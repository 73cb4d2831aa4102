/* Calls of the system that fail, kill or are recorded: a library put before the C library.
 *
 * Of a process that was started with it (LD_PRELOAD) it counts the calls that touch files below a
 * folder. At the n-th call of a kind the process is killed, or the call fails with a given error.
 * All calls that change the disk are written into a record, from which campaign/disk.py makes what
 * a power cut leaves. Armed by faults_arm, or by FAULTS_* in the environment when it is loaded.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPEN, READ, WRITE, SYNC, RENAME, UNLINK, FOLDER, LINK, CUT, KINDS };
enum { COUNT, KILL_BEFORE, KILL_AFTER, TEAR, FAIL_ONCE, FAIL_ON };
enum { R_CREATE = 1, R_WRITE, R_CUT, R_SYNC, R_SYNC_FOLDER, R_RENAME, R_LINK, R_UNLINK, R_MKDIR,
       R_RMDIR, R_SYMLINK, R_UNKNOWN };

long faults_counts[KINDS];
long faults_fired;

static char root[PATH_MAX];
static size_t root_length;
static unsigned kinds;
static long nth, matched;
static int action = -1, failure, record = -1;
/* Recursive: a call of the C library may make another one. */
static pthread_mutex_t turn = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }
#define NEXT(type, name) \
    static type (*real) ARGS; \
    if (!real) real = next(name)

static void kill_self(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static int is_below(const char *path) {
    return action >= 0 && !strncmp(path, root, root_length) &&
           (path[root_length] == '/' || !path[root_length]);
}

/* The absolute path of a name, and of a descriptor. */
static int place_at(int folder, const char *name, char *place) {
    char base[PATH_MAX], link[64];
    if (action < 0 || !name) return 0;
    if (name[0] == '/') {
        snprintf(place, PATH_MAX, "%s", name);
        return is_below(place);
    }
    if (folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, base, sizeof base) < 0) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t size = readlink(link, base, sizeof base - 1);
        if (size < 0) return 0;
        base[size] = 0;
    }
    if (snprintf(place, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    return is_below(place);
}

static int place_of(int descriptor, char *place) {
    char link[64];
    if (action < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, place, PATH_MAX - 1);
    if (size < 0) return 0;
    place[size] = 0;
    return is_below(place);
}

/* Count a call; true where it is to fail. Whoever is to be killed before it is. */
static int is_struck(int kind, int *after) {
    faults_counts[kind]++;
    *after = 0;
    if (!(kinds & 1u << kind)) return 0;
    matched++;
    if (action == FAIL_ON && matched >= nth) { faults_fired++; errno = failure; return 1; }
    if (matched != nth) return 0;
    if (action == KILL_BEFORE) kill_self();
    if (action == KILL_AFTER || action == TEAR) *after = action;
    if (action == FAIL_ONCE) { faults_fired++; errno = failure; return 1; }
    return 0;
}

static void after_call(int after) { if (after) kill_self(); }

/* The record: what, inode, offset, bytes, and the lengths of two paths; then paths and bytes. */
struct head { uint32_t what, one, two, bytes; uint64_t inode, offset; };

static void put(const void *bytes, size_t size) {
    while (size) {
        ssize_t done = syscall(SYS_write, record, bytes, size);
        if (done <= 0) kill_self();
        bytes = (const char *)bytes + done;
        size -= done;
    }
}

static void note(int what, uint64_t inode, uint64_t offset, const char *one, const char *two,
                 const void *bytes, size_t size) {
    if (record < 0) return;
    struct head head = {what, one ? strlen(one) : 0, two ? strlen(two) : 0, size, inode, offset};
    put(&head, sizeof head);
    if (one) put(one, head.one);
    if (two) put(two, head.two);
    if (size) put(bytes, size);
}

static uint64_t inode_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) ? 0 : status.st_ino;
}

static void note_written(int descriptor, off_t offset, const void *bytes, ssize_t size) {
    if (record >= 0 && size > 0)
        note(R_WRITE, inode_of(descriptor), offset, 0, 0, bytes, size);
}

/* Where the next write of a descriptor goes. */
static off_t position(int descriptor) {
    if (fcntl(descriptor, F_GETFL) & O_APPEND) {
        struct stat status;
        return fstat(descriptor, &status) ? 0 : status.st_size;
    }
    return lseek(descriptor, 0, SEEK_CUR);
}

void faults_arm(const char *folder, unsigned which, long number, int what, int error,
                const char *record_path) {
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    kinds = which;
    nth = number;
    failure = error;
    matched = faults_fired = 0;
    memset(faults_counts, 0, sizeof faults_counts);
    if (record_path && *record_path) {
        int low = syscall(SYS_openat, AT_FDCWD, record_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        record = fcntl(low, F_DUPFD_CLOEXEC, 900);
        syscall(SYS_close, low);
    }
    action = what;
}

static void *end_later(void *given) {
    long microseconds = (long)(intptr_t)given;
    struct timespec wait = {microseconds / 1000000, microseconds % 1000000 * 1000};
    nanosleep(&wait, 0);
    kill_self();
    return 0;
}

void faults_kill_after(long microseconds) {
    pthread_t thread;
    pthread_create(&thread, 0, end_later, (void *)(intptr_t)microseconds);
}

__attribute__((constructor)) static void from_environment(void) {
    const char *given = getenv("FAULTS_ARM"), *path = getenv("FAULTS_RECORD");
    const char *folder = getenv("FAULTS_ROOT");
    unsigned which;
    long number;
    int what, error;
    if (!folder || !given || sscanf(given, "%u %ld %d %d", &which, &number, &what, &error) != 4)
        return;
    /* Of the process that was started, not of those that it starts. */
    unsetenv("FAULTS_ROOT");
    faults_arm(folder, which, number, what, error, path);
}

/* Files opened */

static int opened(int folder, const char *name, int flags, mode_t mode) {
    char place[PATH_MAX];
    if (!place_at(folder, name, place)) return syscall(SYS_openat, folder, name, flags, mode);
    pthread_mutex_lock(&turn);
    int after, found = -1;
    if (!is_struck(OPEN, &after)) {
        int is_new = flags & O_CREAT && syscall(SYS_faccessat, folder, name, F_OK);
        found = syscall(SYS_openat, folder, name, flags, mode);
        int error = errno;
        if (found >= 0 && record >= 0) {
            if (is_new) note(R_CREATE, inode_of(found), 0, place, 0, 0, 0);
            else if (flags & O_TRUNC) note(R_CUT, inode_of(found), 0, 0, 0, 0, 0);
        }
        after_call(after);
        errno = error;
    }
    pthread_mutex_unlock(&turn);
    return found;
}

#define MODE_OF(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

int open(const char *name, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE_OF(flags) return opened(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE_OF(flags) return opened(folder, name, flags, mode); }
int __open_2(const char *name, int flags) { return opened(AT_FDCWD, name, flags, 0); }
int __open64_2(const char *name, int flags) { return opened(AT_FDCWD, name, flags, 0); }
int creat(const char *name, mode_t mode) { return opened(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *name, mode_t mode) { return creat(name, mode); }

DIR *opendir(const char *name) {
    static DIR *(*real)(const char *);
    char place[PATH_MAX];
    if (!real) real = next("opendir");
    if (!place_at(AT_FDCWD, name, place)) return real(name);
    pthread_mutex_lock(&turn);
    int after;
    DIR *found = is_struck(OPEN, &after) ? 0 : real(name);
    int error = errno;
    after_call(after);
    pthread_mutex_unlock(&turn);
    errno = error;
    return found;
}

/* Bytes read and written */

#define CALL(kind, place_found, plain, call, noted) \
    char place[PATH_MAX]; \
    if (!(place_found)) return plain; \
    pthread_mutex_lock(&turn); \
    int after; \
    ssize_t found = -1; \
    if (!is_struck(kind, &after)) { \
        call; \
        int error = errno; \
        noted; \
        after_call(after); \
        errno = error; \
    } \
    pthread_mutex_unlock(&turn); \
    return found;

ssize_t read(int descriptor, void *bytes, size_t size) {
    CALL(READ, place_of(descriptor, place), syscall(SYS_read, descriptor, bytes, size),
         found = syscall(SYS_read, descriptor, bytes, size), )
}

static ssize_t read_at(int descriptor, void *bytes, size_t size, off_t offset) {
    CALL(READ, place_of(descriptor, place), syscall(SYS_pread64, descriptor, bytes, size, offset),
         found = syscall(SYS_pread64, descriptor, bytes, size, offset), )
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) { return read_at(descriptor, bytes, size, offset); }
ssize_t pread64(int descriptor, void *bytes, size_t size, off64_t offset) { return read_at(descriptor, bytes, size, offset); }

ssize_t write(int descriptor, const void *bytes, size_t size) {
    off_t offset = 0;
    CALL(WRITE, place_of(descriptor, place), syscall(SYS_write, descriptor, bytes, size),
         offset = position(descriptor);
         found = syscall(SYS_write, descriptor, bytes, after == TEAR ? size / 2 : size),
         note_written(descriptor, offset, bytes, found))
}

static ssize_t write_at(int descriptor, const void *bytes, size_t size, off_t offset) {
    CALL(WRITE, place_of(descriptor, place), syscall(SYS_pwrite64, descriptor, bytes, size, offset),
         found = syscall(SYS_pwrite64, descriptor, bytes, after == TEAR ? size / 2 : size, offset),
         note_written(descriptor, offset, bytes, found))
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) { return write_at(descriptor, bytes, size, offset); }
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t offset) { return write_at(descriptor, bytes, size, offset); }

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    char place[PATH_MAX];
    if (!place_of(descriptor, place)) return syscall(SYS_writev, descriptor, parts, count);
    ssize_t done = 0;
    for (int part = 0; part < count; part++) {
        ssize_t size = write(descriptor, parts[part].iov_base, parts[part].iov_len);
        if (size < 0) return done ? done : -1;
        done += size;
        if ((size_t)size < parts[part].iov_len) break;
    }
    return done;
}

/* What the system copied itself is read again for the record. */
static void note_copied(int descriptor, off_t offset, ssize_t size) {
    char link[64];
    if (record < 0 || size <= 0) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int again = syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
    char *bytes = malloc(size);
    ssize_t got = again < 0 ? -1 : syscall(SYS_pread64, again, bytes, size, offset);
    if (got != size) kill_self();
    note(R_WRITE, inode_of(descriptor), offset, 0, 0, bytes, size);
    free(bytes);
    syscall(SYS_close, again);
}

ssize_t sendfile(int out, int in, off_t *from, size_t size) {
    off_t offset = 0;
    CALL(WRITE, place_of(out, place), syscall(SYS_sendfile, out, in, from, size),
         offset = position(out); found = syscall(SYS_sendfile, out, in, from, size),
         note_copied(out, offset, found))
}
ssize_t sendfile64(int out, int in, off64_t *from, size_t size) { return sendfile(out, in, from, size); }

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
    off_t offset = 0;
    CALL(WRITE, place_of(out, place), syscall(SYS_copy_file_range, in, from, out, to, size, flags),
         offset = to ? *to : position(out);
         found = syscall(SYS_copy_file_range, in, from, out, to, size, flags),
         note_copied(out, offset, found))
}

int ftruncate(int descriptor, off_t size) {
    CALL(CUT, place_of(descriptor, place), syscall(SYS_ftruncate, descriptor, size),
         found = syscall(SYS_ftruncate, descriptor, size),
         if (!found) note(R_CUT, inode_of(descriptor), size, 0, 0, 0, 0))
}
int ftruncate64(int descriptor, off64_t size) { return ftruncate(descriptor, size); }

int posix_fallocate(int descriptor, off_t offset, off_t size) {
    static int (*real)(int, off_t, off_t);
    char place[PATH_MAX];
    if (!real) real = next("posix_fallocate");
    if (place_of(descriptor, place)) note(R_UNKNOWN, 0, 0, place, "posix_fallocate", 0, 0);
    return real(descriptor, offset, size);
}
int posix_fallocate64(int descriptor, off64_t offset, off64_t size) { return posix_fallocate(descriptor, offset, size); }

/* A file that is written through memory: only the index of SQLite's WAL may be. */
static void *mapped(void *where, size_t size, int rights, int flags, int descriptor, off_t offset) {
    char place[PATH_MAX];
    if (descriptor >= 0 && rights & PROT_WRITE && flags & MAP_SHARED &&
        place_of(descriptor, place)) {
        size_t length = strlen(place);
        if (length < 4 || strcmp(place + length - 4, "-shm"))
            note(R_UNKNOWN, 0, 0, place, "mmap", 0, 0);
    }
    return (void *)syscall(SYS_mmap, where, size, rights, flags, descriptor, offset);
}
void *mmap(void *where, size_t size, int rights, int flags, int descriptor, off_t offset) {
    return mapped(where, size, rights, flags, descriptor, offset);
}
void *mmap64(void *where, size_t size, int rights, int flags, int descriptor, off64_t offset) {
    return mapped(where, size, rights, flags, descriptor, offset);
}

/* What is forced to the disk */

static int synced(int descriptor, long number) {
    struct stat status;
    CALL(SYNC, place_of(descriptor, place), syscall(number, descriptor),
         found = syscall(number, descriptor),
         if (!found && !fstat(descriptor, &status))
             note(S_ISDIR(status.st_mode) ? R_SYNC_FOLDER : R_SYNC, status.st_ino, 0, place, 0, 0, 0))
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

/* Names */

static int renamed(int folder, const char *name, int folder2, const char *name2, unsigned flags) {
    char place2[PATH_MAX];
    CALL(RENAME, place_at(folder2, name2, place2) | place_at(folder, name, place),
         syscall(SYS_renameat2, folder, name, folder2, name2, flags),
         found = syscall(SYS_renameat2, folder, name, folder2, name2, flags),
         if (!found) note(R_RENAME, 0, 0, place, place2, 0, 0))
}
int rename(const char *name, const char *name2) { return renamed(AT_FDCWD, name, AT_FDCWD, name2, 0); }
int renameat(int folder, const char *name, int folder2, const char *name2) { return renamed(folder, name, folder2, name2, 0); }
int renameat2(int folder, const char *name, int folder2, const char *name2, unsigned flags) { return renamed(folder, name, folder2, name2, flags); }

int linkat(int folder, const char *name, int folder2, const char *name2, int flags) {
    char place2[PATH_MAX];
    CALL(LINK, place_at(folder2, name2, place2) | place_at(folder, name, place),
         syscall(SYS_linkat, folder, name, folder2, name2, flags),
         found = syscall(SYS_linkat, folder, name, folder2, name2, flags),
         if (!found) note(R_LINK, 0, 0, place, place2, 0, 0))
}
int link(const char *name, const char *name2) { return linkat(AT_FDCWD, name, AT_FDCWD, name2, 0); }

int symlinkat(const char *target, int folder, const char *name) {
    CALL(LINK, place_at(folder, name, place), syscall(SYS_symlinkat, target, folder, name),
         found = syscall(SYS_symlinkat, target, folder, name),
         if (!found) note(R_SYMLINK, 0, 0, target, place, 0, 0))
}
int symlink(const char *target, const char *name) { return symlinkat(target, AT_FDCWD, name); }

int unlinkat(int folder, const char *name, int flags) {
    CALL(UNLINK, place_at(folder, name, place), syscall(SYS_unlinkat, folder, name, flags),
         found = syscall(SYS_unlinkat, folder, name, flags),
         if (!found) note(flags & AT_REMOVEDIR ? R_RMDIR : R_UNLINK, 0, 0, place, 0, 0, 0))
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int folder, const char *name, mode_t mode) {
    CALL(FOLDER, place_at(folder, name, place), syscall(SYS_mkdirat, folder, name, mode),
         found = syscall(SYS_mkdirat, folder, name, mode),
         if (!found) note(R_MKDIR, 0, 0, place, 0, 0, 0))
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

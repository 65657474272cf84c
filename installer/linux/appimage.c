/* What an AppImage of Lectern begins with: mounts the file system that is appended to it and
 * starts what is in there. As the AppImage specification wants it of "type 2" images
 * (github.com/AppImage/AppImageSpec), and no more than that. Built by installer/appimage.py;
 * statically linked with libsquashfuse (BSD) and libfuse 3 (LGPL), so that the system needs
 * nothing but fusermount3, which desktops have.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 32
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <squashfuse/ll.h>

#define SELF "/proc/self/exe"
#define UNPACKED "squashfs-root"
#define BUFFER 65536

static int fail(const char *sentence)
{
    fprintf(stderr, "lectern: %s\n", sentence);
    return 1;
}

/* The appended file system begins where the program's section table, its last part, ends. */
static size_t payload_offset(void)
{
    Elf64_Ehdr header;
    int self = open(SELF, O_RDONLY | O_CLOEXEC);
    bool is_read = self >= 0 && read(self, &header, sizeof header) == sizeof header;
    if (self >= 0)
        close(self);
    return is_read ? header.e_shoff + (size_t)header.e_shentsize * header.e_shnum : 0;
}

static int unpack_file(sqfs *fs, sqfs_inode *inode, const char *path)
{
    static char buffer[BUFFER];
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, inode->base.mode & 0777);
    if (file < 0)
        return -1;
    uint64_t at = 0;
    while (at < inode->xtra.reg.file_size) {
        sqfs_off_t size = sizeof buffer;
        if (sqfs_read_range(fs, inode, at, &size, buffer) != SQFS_OK || size == 0 ||
            write(file, buffer, size) != size) {
            close(file);
            return -1;
        }
        at += size;
    }
    return close(file);
}

static int unpack_entry(sqfs *fs, const sqfs_traverse *at)
{
    sqfs_inode inode;
    char path[4096], target[4096];
    size_t size = sizeof target;
    if (snprintf(path, sizeof path, UNPACKED "/%s", at->path) >= (int)sizeof path ||
        sqfs_inode_get(fs, &inode, sqfs_dentry_inode((sqfs_dir_entry *)&at->entry)) != SQFS_OK)
        return -1;
    if (S_ISDIR(inode.base.mode))
        return mkdir(path, 0755) != 0 && errno != EEXIST ? -1 : 0;
    unlink(path);
    if (S_ISLNK(inode.base.mode))
        return sqfs_readlink(fs, &inode, target, &size) == SQFS_OK ? symlink(target, path) : -1;
    return S_ISREG(inode.base.mode) ? unpack_file(fs, &inode, path) : 0;
}

static int unpack(size_t offset)
{
    sqfs fs;
    sqfs_traverse at;
    sqfs_err error = SQFS_OK;
    if (sqfs_open_image(&fs, SELF, offset) != SQFS_OK ||
        sqfs_traverse_open(&at, &fs, sqfs_inode_root(&fs)) != SQFS_OK)
        return fail("The file is damaged. Download it again.");
    if (mkdir(UNPACKED, 0755) != 0 && errno != EEXIST)
        return fail("The current directory cannot be written.");
    while (sqfs_traverse_next(&at, &error))
        if (!at.dir_end && unpack_entry(&fs, &at) != 0)
            return fail("Unpacking failed: the disk is full, or the file is damaged.");
    return error == SQFS_OK ? 0 : fail("The file is damaged. Download it again.");
}

/* Serves the file system until nobody holds the other end of ``users`` any more. */
static void serve(struct fuse_session *session, int users)
{
    struct fuse_buf request = {0};
    struct pollfd waiting[] = {
        {.fd = fuse_session_fd(session), .events = POLLIN},
        {.fd = users, .events = 0},
    };
    while (!fuse_session_exited(session)) {
        if (poll(waiting, 2, -1) < 0 && errno != EINTR)
            break;
        if (waiting[0].revents) {
            int size = fuse_session_receive_buf(session, &request);
            if (size == -EINTR || size == -EAGAIN)
                continue;
            if (size <= 0)
                break;
            fuse_session_process_buf(session, &request);
        } else if (waiting[1].revents)
            break;
    }
    free(request.mem);
}

static int mount_and_serve(size_t offset, const char *place, int ready, int users)
{
    struct fuse_lowlevel_ops operations = {
        .getattr = sqfs_ll_op_getattr,
        .opendir = sqfs_ll_op_opendir,
        .releasedir = sqfs_ll_op_releasedir,
        .readdir = sqfs_ll_op_readdir,
        .lookup = sqfs_ll_op_lookup,
        .open = sqfs_ll_op_open,
        .create = sqfs_ll_op_create,
        .release = sqfs_ll_op_release,
        .read = sqfs_ll_op_read,
        .readlink = sqfs_ll_op_readlink,
        .listxattr = sqfs_ll_op_listxattr,
        .getxattr = sqfs_ll_op_getxattr,
        .forget = sqfs_ll_op_forget,
        .statfs = stfs_ll_op_statfs,
    };
    char *words[] = {"lectern", "-oro,nodev,noatime,subtype=lectern", NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(2, words);
    sqfs_ll_chan channel = {0};
    sqfs_ll *files = sqfs_ll_open(SELF, offset);
    if (files == NULL)
        return fail("The file is damaged. Download it again.");
    if (sqfs_ll_mount(&channel, place, &arguments, &operations, sizeof operations, files) !=
        SQFS_OK)
        return fail("This system cannot mount the file. Install the package fuse3, or start it"
                    " with --appimage-extract and then " UNPACKED "/AppRun.");
    if (write(ready, "", 1) != 1)
        return 1;
    close(ready);
    serve(channel.session, users);
    sqfs_ll_unmount(&channel, place);
    sqfs_ll_destroy(files);
    return 0;
}

int main(int count, char **words)
{
    char place[] = "/tmp/.mount_lectern_XXXXXX", program[64], self[4096];
    int ready[2], users[2];
    char signal_byte;
    size_t offset = payload_offset();
    if (offset == 0)
        return fail("The file is damaged. Download it again.");
    if (count > 1 && strcmp(words[1], "--appimage-offset") == 0)
        return printf("%zu\n", offset) < 0;
    if (count > 1 && strcmp(words[1], "--appimage-extract") == 0)
        return unpack(offset);
    /* ``users`` stays open in the started program and ends with it, however it ends. */
    if (mkdtemp(place) == NULL || pipe2(ready, O_CLOEXEC) != 0 || pipe(users) != 0)
        return fail("The directory /tmp cannot be written.");
    pid_t server = fork();
    if (server < 0)
        return fail("No process can be started.");
    if (server == 0) {
        close(ready[0]);
        close(users[1]);
        setsid();
        signal(SIGPIPE, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        prctl(PR_SET_NAME, "lectern-files");
        int status = mount_and_serve(offset, place, ready[1], users[0]);
        rmdir(place);
        return status;
    }
    close(ready[1]);
    close(users[0]);
    if (read(ready[0], &signal_byte, 1) != 1) {
        waitpid(server, NULL, 0);
        return 1;
    }
    ssize_t length = readlink(SELF, self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    setenv("APPIMAGE", self, 1);
    setenv("APPDIR", place, 1);
    setenv("ARGV0", words[0], 1);
    snprintf(program, sizeof program, "%s/AppRun", place);
    execv(program, words);
    return fail("The file is damaged. Download it again.");
}

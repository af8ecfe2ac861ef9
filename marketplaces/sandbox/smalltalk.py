"""What buyers and shops say to each other. Each script is one short talk; a room is a chain of them.

A line begins with who speaks: P the buyer (pembeli), T the shop (toko), S the marketplace itself, O the buyer
about an order. Brackets name what is not text; {produk}, {kota} and {jumlah} are filled in; "/" begins a new line.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

TALKS = """
P Kak, {produk} ready?
T Halo kak, ready ya. Silakan langsung diorder 😊
P Oke siap

P [produk]
P Ini masih ada stoknya kak?
T Masih kak, tinggal {jumlah} pcs lagi.
P Wah pas banget
P Kalau ambil 2 bisa kurang sedikit ngga?
T Untuk 2 pcs kami kasih potongan lima ribu ya kak
P Mantap, saya checkout sekarang

P Selamat siang min
T Selamat siang kak, ada yang bisa kami bantu?
P Kirim ke {kota} berapa hari ya?
T Biasanya 2-3 hari kerja kak, tergantung kurirnya.
P Ok makasih infonya 🙏

P [pesanan]
P Pesanan saya kok belum jalan ya kak
T Mohon maaf menunggu kak. Sudah kami serahkan ke kurir tadi sore.
T Resinya akan diperbarui paling lambat besok pagi ya.
P Siap ditunggu

P Barangnya sudah sampai kak
P [gambar]
P Bagus banget, sesuai foto ❤️
T Alhamdulillah, terima kasih banyak kak. Ditunggu order berikutnya ya 🥰
P Pasti, nanti saya kasih bintang 5 ⭐⭐⭐⭐⭐

P Kak maaf, ini barangnya penyok 😭
P [gambar]
T Waduh, mohon maaf sekali ya kak.
T Boleh dikirim video saat membuka paketnya? Nanti kami bantu penggantiannya.
P Ada kak, tapi agak panjang videonya
P [video]
T Tidak apa-apa kak, kirim bagian pentingnya saja
P Baik

P Ukuran L itu lingkar dadanya berapa ya?
T Untuk {produk} ukuran L sekitar 104 cm kak.
P Kalau berat 62 tinggi 168 cocok L atau XL?
T Disarankan L kak, kalau suka longgar bisa XL.
P Oke ambil L deh

P Bisa COD kak?
T Bisa kak, pilih metode COD saat checkout ya
P Sip

P Assalamualaikum kak
T Waalaikumsalam kak, silakan
P Mau tanya, garansinya berapa lama ya untuk {produk}?
T Garansi toko 6 bulan kak, ganti baru untuk cacat produksi.
P Kalau rusak karena jatuh?
T Kalau jatuh tidak termasuk garansi ya kak 🙏
P Oh gitu, paham kak

P Kak bedanya sama yang ini apa ya https://contoh.example/produk/perbandingan?warna=hitam&ukuran=besar
T Yang kami jual sudah versi terbaru kak, kabelnya lebih panjang.
P Harganya sama?
T Sama kak

O Saya sudah bayar tapi statusnya masih menunggu
T Baik kak, biasanya butuh 10 menit sampai terverifikasi.
P Oh iya sudah masuk, makasih
P [stiker]

P Kak alamat saya salah/Yang benar:/Jl. Kenanga No. 12, RT 03 RW 05/Kel. Sukamaju/{kota}
P Bisa diganti ngga ya?
T Kami catat ya kak, nanti kami tulis ulang di paketnya.
P Makasih banyak kak, maaf merepotkan
T Sama-sama kak 😊

P P
P Kak
P Halooo
T Halo kak, maaf baru terbalas. Ada yang bisa dibantu?
P Warna hitam kosong ya?
T Iya kak, hitam masuk lagi minggu depan. Mau kami kabari?
P Boleh

P Wkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwkwk lucu banget stikernya
T Hehe, itu bonus dari kami kak 😄
P 😂😂😂

P Mau beli grosir {jumlah} pcs {produk}, ada harga khusus?
T Ada kak! Untuk 10 pcs ke atas potongan 12 persen.
T [produk]
P Bisa pakai faktur?
T Bisa kak, nanti kami lampirkan.
P Baik, saya rundingkan dulu dengan tim

P Kak kalau retur caranya bagaimana ya
T Ajukan lewat halaman pesanan kak, pilih pengembalian barang, lalu unggah fotonya.
P Ongkirnya siapa yang tanggung?
T Kami yang tanggung kalau salahnya dari kami kak.
P Oke deh

P kirim hari ini kan?
T Order sebelum jam 3 sore dikirim hari ini ya kak
P siap 👍

P Titip pesan di kotaknya ya kak, buat kado ulang tahun 🎁
T Siap kak, mau ditulis apa?
P "Selamat ulang tahun Ibu, sehat selalu. Dari Nisa & Dika <3"
T Sudah kami catat kak, nanti kami bungkus yang rapi ya 🎀
P Terima kasih banyakkk

P Min, resi saya tidak bisa dilacak
P [pesanan]
T Kami cek dulu ya kak, mohon tunggu sebentar
T Sudah kami cek, paketnya sedang di gudang transit {kota}.
P Kira-kira sampai kapan?
T Perkiraan besok atau lusa kak.
P Oke kak ditunggu ya soalnya mau dipakai

P [produk]
T Halo kak, ada yang ingin ditanyakan tentang produk ini?
P Ini ori kan?
T 100 persen ori kak, kalau palsu uang kembali
P Siaaap

S [sistem]
P Kak jangan lupa dikirim ya
T Siap kak, sedang kami kemas

P Kak kok yang datang cuma satu, saya pesan dua
P [pesanan]
P [gambar]
T Mohon maaf kak, kami cek rekaman pengemasan dulu ya.
T Benar kak, kekurangannya kami kirim hari ini tanpa ongkir tambahan.
P Makasih responnya cepat 🙏🙏

P Promo 11.11 masih jalan ngga?
T Masih sampai nanti malam kak, jangan sampai ketinggalan 🔥
P Gas

P Cara pakainya gimana ya {produk} ini
T Tekan tombol selama 3 detik sampai lampunya biru kak, lalu sambungkan dari HP.
P Lampunya kok merah terus
T Coba diisi dayanya dulu 30 menit kak
P Oh iya bisa! Makasih kak
"""
CITIES = (
    "Bandung",
    "Surabaya",
    "Medan",
    "Makassar",
    "Denpasar",
    "Palembang",
    "Balikpapan",
    "Manado",
    "Kupang",
)
SPEAKERS = {"P": "buyer", "O": "buyer", "T": "shop", "S": "system"}
KINDS = {
    "[produk]": "item", "[pesanan]": "order", "[gambar]": "image", "[sistem]": "order", "[stiker]": "sticker",
    "[video]": "video",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    sent_by: str
    kind: str
    text: str
    is_about_order: bool = False

    def words(self, product: str, rng: Random) -> str:
        if "{" not in self.text:
            return self.text
        return self.text.format(produk=product, kota=rng.choice(CITIES), jumlah=rng.randrange(3, 40))


def _read(talk: str) -> tuple[Line, ...]:
    pairs = (line.split(" ", 1) for line in talk.strip().splitlines())
    return tuple(
        Line(SPEAKERS[who], KINDS.get(words, "text"), _break(words), who == "O") for who, words in pairs
    )


def _break(words: str) -> str:
    return words if "://" in words else words.replace("/", "\n")


SCRIPTS = tuple(_read(talk) for talk in TALKS.strip().split("\n\n"))


def chain(bubbles: int, rng: Random) -> list[Line]:
    """The last so many lines of a chain of talks. Often the newest talk waits for an answer."""
    lines: list[Line] = []
    script: tuple[Line, ...] = ()
    while len(lines) < bubbles + 3:
        script = rng.choice(SCRIPTS)
        lines += script
    if rng.random() < 0.55:
        while lines[-1].sent_by != "buyer":
            lines.pop()
    elif lines[-1].sent_by == "buyer" and lines[-1].kind == "text":
        lines.append(Line("shop", "text", rng.choice(GOODBYES)))
    return lines[-bubbles:] if bubbles else []


GOODBYES = (
    "Sama-sama kak 🙏",
    "Siap kak, terima kasih ya 😊",
    "Baik kak, ditunggu kabarnya.",
    "Terima kasih kakak 💛",
)

import Link from "next/link";

export default function Home() {
  return (
    <main>
      <h1>Upload example</h1>
      <Link href="/complete">Complete your application</Link>
    </main>
  );
}
